/** A recurrent layer forward: its input's product for all steps at once, then a program a step. */
import type { MathBackendWebGL } from '@tensorflow/tfjs-backend-webgl'
import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs-core'
import { draw, launch } from '../gpu/launch'
import { quads } from '../gpu/texture'
import { type Cell, SQUASH } from './recurrent-cells'
import {
  bothSteps,
  drawQuads,
  type Inputs,
  joinWeights,
  lastOf,
  type Sizes,
  Steps,
  sizesOf,
  zeros,
} from './recurrent-steps'

export const forward =
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

const emptyForward = (backend: MathBackendWebGL, cell: Cell, { time, batch, hidden }: Sizes) =>
  [
    [time, batch, hidden],
    [batch, hidden],
    ...(cell.hasCell ? [[batch, hidden]] : []),
    ...(cell.gates > 1 ? [[time, batch, 4 * hidden]] : []),
    ...(cell.hasCell ? [[time, batch, hidden]] : []),
  ].map(shape => zeros(backend, shape))
