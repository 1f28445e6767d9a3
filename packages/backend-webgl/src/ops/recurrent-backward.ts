/** A recurrent layer backward: a program a step, then the products over all of them. */
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
  part,
  Steps,
  sizesOf,
  zeros,
} from './recurrent-steps'

export const backward =
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
