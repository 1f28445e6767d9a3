/**
 * Recurrent layers over a whole sequence: the input's product for all steps at once, then one program
 * for each step and direction. A step must not read the texture it writes, so even and odd steps have
 * one each.
 */
import type { MathBackendWebGL } from '@tensorflow/tfjs-backend-webgl'
import { getKernel, type KernelFunc, Slice, type TensorInfo } from '@tensorflow/tfjs-core'
import { draw, launch } from '../gpu/launch'
import type { Quads } from '../gpu/layout'
import { largestSide, quads, textureFor } from '../gpu/texture'
import { type Cell, cells, SQUASH } from './recurrent-cells'

type Inputs = Record<string, TensorInfo>

interface Sizes {
  time: number
  batch: number
  inputs: number
  hidden: number
}

const sizesOf = ({ x, h0 }: Inputs): Sizes => {
  const [time, batch, inputs] = x!.shape as [number, number, number]
  return { time, batch, inputs, hidden: h0!.shape[1]! }
}

/** The numbers of the gates beside each other: a row for each input, then one for each hidden unit. */
function joinWeights(
  backend: MathBackendWebGL,
  { wIh, wHh }: Inputs,
  { gates }: Cell,
  { inputs, hidden }: Sizes,
): Quads {
  const joined = { ...quads(backend, inputs + hidden, hidden), columns: hidden }
  const lanes = (w: string, row: string) =>
    Array.from({ length: 4 }, (_, g) =>
      g < gates ? `${w}(${row}, ${g} * hidden + j)` : '0.',
    ).join(', ')
  drawQuads(
    backend,
    { joined },
    {
      code: `
      void compute(int at) {
        int row = at / hidden, j = at - row * hidden;
        joined = row < inputs ? vec4(${lanes('wIh', 'row')}) : vec4(${lanes('wHh', 'row - inputs')});
      }
    `,
      inputs: { wIh: wIh!, wHh: wHh! },
      ints: { inputs, hidden },
    },
  )
  return joined
}

/** Fills textures of `quads`. */
function drawQuads(
  backend: MathBackendWebGL,
  targets: Record<string, TensorInfo>,
  run: Parameters<typeof draw>[3],
): void {
  const [rows, columns] = Object.values(targets)[0]!.shape as [number, number]
  draw(backend, targets, { row: 0, column: 0, rows: rows / 2, columns: columns / 2 }, run)
}

/** A number, or four, for each place of [batch, hidden] at each second step. */
class Steps {
  readonly #across: number

  constructor(
    readonly backend: MathBackendWebGL,
    readonly sizes: Sizes,
    readonly odd: boolean,
  ) {
    const high = Math.max(1, Math.floor(largestSide() / sizes.batch))
    this.#across = Math.ceil(this.count / high)
  }

  get count(): number {
    return Math.max(1, Math.ceil((this.sizes.time - (this.odd ? 1 : 0)) / 2))
  }

  /** The texture's rows and columns. */
  get #grid(): [number, number] {
    const { batch, hidden } = this.sizes
    return [Math.ceil(this.count / this.#across) * batch, this.#across * hidden]
  }

  numbers(): TensorInfo {
    const grid = this.#grid
    const info = this.backend.makeTensorInfo(grid, 'float32')
    textureFor(this.backend, info.dataId, grid)
    return info
  }

  quads(): Quads {
    const [rows, columns] = this.#grid
    const info = this.backend.makeTensorInfo([2 * rows, 2 * columns], 'float32')
    textureFor(this.backend, info.dataId, [2 * rows, 2 * columns], true)
    return { ...info, columns }
  }

  region(t: number) {
    const { batch, hidden } = this.sizes
    const place = t >> 1
    return {
      row: Math.floor(place / this.#across) * batch,
      column: (place % this.#across) * hidden,
      rows: batch,
      columns: hidden,
    }
  }

  /** GLSL that finds row and column of a place at step t, from the textures of even and odd steps. */
  static reading(type: string, name: string): string {
    return `
      ${type} ${name}(int t, int b, int j) {
        bool odd = (t & 1) == 1;
        int across = odd ? oddAcross : evenAcross;
        int place = t >> 1, line = place / across;
        int row = line * batch + b, column = (place - line * across) * hidden + j;
        return odd ? ${name}Odd(row, column) : ${name}Even(row, column);
      }
    `
  }

  get across(): number {
    return this.#across
  }
}

function bothSteps(backend: MathBackendWebGL, sizes: Sizes): [even: Steps, odd: Steps] {
  return [new Steps(backend, sizes, false), new Steps(backend, sizes, true)]
}

const forward =
  (cellOf: (attrs: unknown) => Cell): KernelFunc =>
  call => {
    const backend = call.backend as MathBackendWebGL
    const given = call.inputs as Inputs
    const cell = cellOf(call.attrs)
    const sizes = sizesOf(given)
    const { time, batch, inputs, hidden } = sizes
    if (batch * hidden === 0) return emptyForward(backend, cell, sizes)
    const { x, h0, c0, bIh, bHh } = given
    const scratch: TensorInfo[] = []
    const keep = <T extends TensorInfo>(info: T): T => {
      scratch.push(info)
      return info
    }
    const weights = keep(joinWeights(backend, given, cell, sizes))
    const lanes = (b: string) =>
      Array.from({ length: 4 }, (_, g) => (g < cell.gates ? `${b}(${g} * hidden + j)` : '0.'))
    const biases = [bIh && 'bIh', bHh && cell.joinsBiases && 'bHh'].filter(Boolean) as string[]
    const projected = keep({ ...quads(backend, time * batch, hidden), columns: hidden })
    drawQuads(
      backend,
      { projected },
      {
        code: `
        void compute(int at) {
          int row = at / hidden, j = at - row * hidden;
          vec4 sum = vec4(0.)${biases.map(b => ` + vec4(${lanes(b).join(', ')})`).join('')};
          for (int i = 0; i < inputs; i++) sum += x(row, i) * weights(i, j);
          projected = sum;
        }
      `,
        inputs: { x: x!, weights, ...(bIh && { bIh }), ...(bHh && cell.joinsBiases && { bHh }) },
        ints: { inputs, hidden },
      },
    )
    const ownBias: Inputs = bHh && !cell.joinsBiases ? { bHh } : {}
    const step = `
      void compute(int at) {
        int b = at / hidden, j = at - b * hidden;
        vec4 inputs = projected(t * batch + b, j);
        vec4 hidden4 = vec4(${'bHh' in ownBias ? lanes('bHh').join(', ') : '0.'});
        for (int k = 0; k < hidden; k++) hidden4 += h0(row + b, column + k) * weights(first + k, j);
        advance(inputs, hidden4, h0(row + b, column + j), ${cell.hasCell ? 'c0(row + b, column + j)' : '0.'});
      }
    `
    const body = `
      void advance(vec4 inputs, vec4 hidden, float h, float c) {
        float cNew = 0., hNew;
        vec4 gates;
        ${cell.step}
        hState = hNew;
        ${cell.gates > 1 ? 'allGates = gates;' : ''}
        ${cell.hasCell ? 'cState = cNew;' : ''}
      }
    `
    const parts = bothSteps(backend, sizes).map(steps => ({
      steps,
      hState: keep(steps.numbers()),
      ...(cell.gates > 1 && { allGates: keep(steps.quads()) }),
      ...(cell.hasCell && { cState: keep(steps.numbers()) }),
    }))
    for (let t = 0; t < time; t++) {
      const { steps, ...targets } = parts[t % 2]!
      const before = parts[(t + 1) % 2]!
      const from = t === 0 ? { row: 0, column: 0 } : before.steps.region(t - 1)
      draw(backend, targets as Inputs, steps.region(t), {
        code: SQUASH + body + step,
        inputs: {
          projected,
          weights,
          h0: t === 0 ? h0! : before.hState,
          ...(cell.hasCell && { c0: t === 0 ? c0! : before.cState! }),
          ...ownBias,
        },
        ints: { t, batch, hidden, first: inputs, row: from.row, column: from.column },
      })
    }
    const [even, odd] = parts as [(typeof parts)[0], (typeof parts)[0]]
    const places = { batch, hidden, evenAcross: even.steps.across, oddAcross: odd.steps.across }
    const shape = [time, batch, hidden]
    const [y, all] = launch(
      backend,
      { y: { shape }, ...(cell.hasCell && { cNow: { shape } }) },
      {
        code: `
          ${Steps.reading('float', 'h')}
          ${cell.hasCell ? Steps.reading('float', 'c') : ''}
          void compute(int at) {
            int row = at / hidden, j = at - row * hidden, t = row / batch;
            y = h(t, row - t * batch, j);
            ${cell.hasCell ? 'cNow = c(t, row - t * batch, j);' : ''}
          }
        `,
        inputs: {
          hEven: even.hState,
          hOdd: odd.hState,
          ...(cell.hasCell && { cEven: even.cState!, cOdd: odd.cState! }),
        },
        ints: places,
      },
    )
    const outputs = [y!, lastOf(backend, y!)]
    if (cell.hasCell) outputs.push(lastOf(backend, all!))
    if (cell.gates > 1) {
      const gates = launch(
        backend,
        { joined: { shape: [time, batch, 4 * hidden] } },
        {
          code: `
            ${Steps.reading('vec4', 'gates')}
            void compute(int at) {
              int row = at / (4 * hidden), column = at - row * 4 * hidden;
              int t = row / batch, lane = column / hidden;
              joined = gates(t, row - t * batch, column - lane * hidden)[lane];
            }
          `,
          inputs: { gatesEven: even.allGates!, gatesOdd: odd.allGates! },
          ints: places,
        },
      )
      outputs.push(gates[0]!)
    }
    if (cell.hasCell) outputs.push(all!)
    for (const info of scratch) backend.disposeIntermediateTensorInfo(info)
    return outputs
  }

/** The last of [time, batch, hidden]: the same texture, read from further behind. */
function lastOf(backend: MathBackendWebGL, x: TensorInfo): TensorInfo {
  const [time, batch, hidden] = x.shape as [number, number, number]
  return part(backend, x, [time - 1, 0, 0], [1, batch, hidden], [batch, hidden])
}

/** A part that lies in one piece. */
function part(
  backend: MathBackendWebGL,
  x: TensorInfo,
  begin: number[],
  size: number[],
  shape: number[],
): TensorInfo {
  const slice = getKernel(Slice, 'webgl').kernelFunc
  const info = slice({ inputs: { x }, backend, attrs: { begin, size } }) as TensorInfo
  backend.texData.get(info.dataId).shape = shape
  return { ...info, shape }
}

const zeros = (backend: MathBackendWebGL, shape: number[]): TensorInfo =>
  launch(
    backend,
    { zero: { shape } },
    { code: 'void compute(int at) { zero = 0.; }', inputs: {} },
  )[0]!

const emptyForward = (backend: MathBackendWebGL, cell: Cell, { time, batch, hidden }: Sizes) =>
  [
    [time, batch, hidden],
    [batch, hidden],
    ...(cell.hasCell ? [[batch, hidden]] : []),
    ...(cell.gates > 1 ? [[time, batch, 4 * hidden]] : []),
    ...(cell.hasCell ? [[time, batch, hidden]] : []),
  ].map(shape => zeros(backend, shape))

const backward =
  (cellOf: (attrs: unknown) => Cell): KernelFunc =>
  call => {
    const backend = call.backend as MathBackendWebGL
    const given = call.inputs as Inputs
    const cell = cellOf(call.attrs)
    const sizes = sizesOf(given)
    const { time, batch, inputs, hidden } = sizes
    const { x, h0, c0, wIh, wHh, y, gates = given.cache, cells: all, dy, dhN, dcN } = given
    const columns = cell.gates * hidden
    const biasRows = cell.joinsBiases ? 1 : 2
    if (batch * hidden === 0) {
      const biases = Array(biasRows).fill([columns]) as number[][]
      const states = [h0!.shape, ...(cell.hasCell ? [c0!.shape] : [])]
      return [x!.shape, ...states, wIh!.shape, wHh!.shape, ...biases].map(shape =>
        zeros(backend, shape),
      )
    }
    const scratch: TensorInfo[] = []
    const keep = <T extends TensorInfo>(info: T): T => {
      scratch.push(info)
      return info
    }
    const weights = keep(joinWeights(backend, given, cell, sizes))
    const parts = bothSteps(backend, sizes).map(steps => ({
      steps,
      slopesNow: keep(steps.quads()),
      carryNow: keep(steps.numbers()),
    }))
    const hiddenOf = `vec4 hiddenOf(vec4 slopes) { return ${cell.hidden}; }`
    for (let t = time - 1; t >= 0; t--) {
      const { steps, ...targets } = parts[t % 2]!
      const behind = parts[(t + 1) % 2]!
      const [isLast, isFirst] = [t === time - 1, t === 0]
      const from = isLast ? { row: 0, column: 0 } : behind.steps.region(t + 1)
      const code = `
        ${SQUASH}
        ${hiddenOf}
        void compute(int at) {
          int b = at / hidden, j = at - b * hidden, now = t * batch + b;
          float flow = ${isLast && dhN ? 'dhN(b, j)' : '0.'}${dy ? ' + dy(now, j)' : ''};
          float carried = ${isLast ? (dcN ? 'dcN(b, j)' : '0.') : 'carryBehind(row + b, column + j)'};
          ${
            isLast
              ? ''
              : `for (int k = 0; k < hidden; k++) {
                  flow += dot(hiddenOf(slopesBehind(row + b, column + k)), weights(first + j, k));
                }`
          }
          vec4 gates = vec4(0.);
          ${cell.gates > 1 ? 'for (int lane = 0; lane < 4; lane++) gates[lane] = saved(now, lane * hidden + j);' : ''}
          float h = ${isFirst ? 'h0(b, j)' : 'y(now - batch, j)'};
          float c = ${cell.hasCell ? (isFirst ? 'c0(b, j)' : 'cellsAt(now - batch, j)') : '0.'};
          float hNow = y(now, j);
          float cNow = ${cell.hasCell ? 'cellsAt(now, j)' : '0.'};
          vec4 slopes;
          float carry;
          ${cell.slope}
          slopesNow = slopes;
          carryNow = carry;
        }
      `
      draw(backend, targets, steps.region(t), {
        code,
        inputs: {
          weights,
          h0: h0!,
          y: y!,
          ...(!isLast && { slopesBehind: behind.slopesNow, carryBehind: behind.carryNow }),
          ...(isLast && dhN && { dhN }),
          ...(isLast && dcN && { dcN }),
          ...(dy && { dy }),
          ...(cell.gates > 1 && { saved: gates! }),
          ...(cell.hasCell && { c0: c0!, cellsAt: all! }),
        },
        ints: { t, batch, hidden, first: inputs, row: from.row, column: from.column },
      })
    }
    const [even, odd] = parts as [(typeof parts)[0], (typeof parts)[0]]
    const places = { batch, hidden, evenAcross: even.steps.across, oddAcross: odd.steps.across }
    const slopes = { slopesEven: even.slopesNow, slopesOdd: odd.slopesNow }
    const reading = Steps.reading('vec4', 'slopes')

    const initial = launch(
      backend,
      { dh: { shape: h0!.shape }, ...(cell.hasCell && { dc: { shape: h0!.shape } }) },
      {
        code: `
          ${hiddenOf}
          void compute(int at) {
            int b = at / hidden, j = at - b * hidden;
            float flow = ${cell.carriesHidden ? 'carry(b, j)' : '0.'};
            for (int k = 0; k < hidden; k++) {
              flow += dot(hiddenOf(slopes(b, k)), weights(first + j, k));
            }
            dh = flow;
            ${cell.hasCell ? 'dc = carry(b, j);' : ''}
          }
        `,
        // step 0 stands first
        inputs: { slopes: even.slopesNow, carry: even.carryNow, weights },
        ints: { hidden, first: inputs },
      },
    )

    const dx = launch(
      backend,
      { dx: { shape: x!.shape } },
      {
        code: `
          ${reading}
          void compute(int at) {
            int row = at / inputs, i = at - row * inputs, t = row / batch;
            float sum = 0.;
            for (int j = 0; j < hidden; j++) {
              sum += dot(slopes(t, row - t * batch, j), weights(i, j));
            }
            dx = sum;
          }
        `,
        inputs: { ...slopes, weights },
        ints: { ...places, inputs },
      },
    )

    // all weights and biases in one product: of x, of the states before, and of 1
    const rows = inputs + hidden + biasRows
    const products = keep({ ...quads(backend, rows, hidden), columns: hidden })
    drawQuads(
      backend,
      { products },
      {
        code: `
        ${reading}
        ${hiddenOf}
        float left(int line, int t, int b) {
          if (line < inputs) return x(t * batch + b, line);
          if (line >= inputs + hidden) return 1.;
          int j = line - inputs;
          return t == 0 ? h0(b, j) : y((t - 1) * batch + b, j);
        }
        void compute(int at) {
          int line = at / hidden, j = at - line * hidden;
          vec4 sum = vec4(0.);
          for (int t = 0; t < time; t++) {
            vec4 part = vec4(0.);
            for (int b = 0; b < batch; b++) part += left(line, t, b) * slopes(t, b, j);
            sum += part;
          }
          products = line < inputs || line == inputs + hidden ? sum : hiddenOf(sum);
        }
      `,
        inputs: { ...slopes, x: x!, h0: h0!, y: y! },
        ints: { ...places, time, inputs },
      },
    )
    const [weightGradients] = launch(
      backend,
      { apart: { shape: [rows, columns] } },
      {
        code: `
          void compute(int at) {
            int row = at / columns, column = at - row * columns, lane = column / hidden;
            apart = products(row, column - lane * hidden)[lane];
          }
        `,
        inputs: { products },
        ints: { columns, hidden },
      },
    )
    const rowsFrom = (begin: number, count: number, shape: number[]) =>
      part(backend, weightGradients!, [begin, 0], [count, columns], shape)
    const outputs = [
      dx[0]!,
      ...initial,
      rowsFrom(0, inputs, wIh!.shape),
      rowsFrom(inputs, hidden, wHh!.shape),
      ...Array.from({ length: biasRows }, (_, i) => rowsFrom(inputs + hidden + i, 1, [columns])),
    ]
    for (const info of [...scratch, weightGradients!]) backend.disposeIntermediateTensorInfo(info)
    return outputs
  }

const cellOf = {
  DlLstm: () => cells.DlLstm,
  DlGru: () => cells.DlGru,
  DlRnn: (attrs: unknown) => cells[(attrs as { nonlinearity: 'tanh' | 'relu' }).nonlinearity],
}

export const recurrent: Record<string, KernelFunc> = Object.fromEntries(
  Object.entries(cellOf).flatMap(([name, cell]) => [
    [name, forward(cell)],
    [`${name}Grad`, backward(cell)],
  ]),
)
