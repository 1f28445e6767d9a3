/** Long short-term memory (Hochreiter and Schmidhuber, 1997) over a whole sequence, gates i, f, g, o. */
import {
  add,
  clone,
  matMul,
  mul,
  sigmoid,
  split,
  square,
  stack,
  sub,
  type Tensor,
  tanh,
  tidy,
  unstack,
  zerosLike,
} from '@tensorflow/tfjs-core'
import { defineFusedKernel } from '../fused/define'
import { present, sharedGradients } from '../fused/present'
import {
  checkRecurrent,
  joinGates,
  nothing,
  project,
  projectionGradients,
  projectSteps,
  type RecurrentOptions,
  type RecurrentWeights,
  stackLayers,
} from './recurrent'

type Gates = [Tensor, Tensor, Tensor, Tensor]

const forward = defineFusedKernel({
  name: 'DlLstm',
  composed({ x, h0, c0, wIh, wHh, bIh, bHh }) {
    const [time, batch] = x!.shape as [number, number]
    const hidden = h0!.shape[1]!
    if (batch === 0)
      return nothing(
        [time, 0, hidden],
        [0, hidden],
        [0, hidden],
        [time, 0, 4 * hidden],
        [time, 0, hidden],
      )
    const outputs: Tensor[] = []
    const gates: Tensor[] = []
    const cells: Tensor[] = []
    let h = h0!
    let c = c0!
    for (const input of projectSteps(x!, wIh!, bIh)) {
      const [inI, inF, inG, inO] = split(add(input, project(h, wHh!, bHh)), 4, 1) as Gates
      const i = sigmoid(inI) as Tensor
      const f = sigmoid(inF) as Tensor
      const g = tanh(inG) as Tensor
      const o = sigmoid(inO) as Tensor
      c = add(mul(f, c), mul(i, g))
      h = mul(o, tanh(c))
      outputs.push(h)
      gates.push(joinGates([i, f, g, o]))
      cells.push(c)
    }
    return [stack(outputs), clone(h), clone(c), stack(gates), stack(cells)]
  },
  gradient: {
    inputsToSave: ['x', 'h0', 'c0', 'wIh', 'wHh'],
    outputsToSave: [true, false, false, true, true],
    grads: ([dy, dhN, dcN], [x, h0, c0, wIh, wHh, y, gates, cells]) => {
      const inputs = present({ x, h0, c0, wIh, wHh, y, gates, cells, dy, dhN, dcN })
      const gradients = sharedGradients(() => {
        const [dx, dh0, dc0, dwIh, dwHh, db] = backward(inputs, {})
        return { x: dx!, h0: dh0!, c0: dc0!, wIh: dwIh!, wHh: dwHh!, bIh: db! }
      }, ['x', 'h0', 'c0', 'wIh', 'wHh', 'bIh'])
      return { ...gradients, bHh: gradients.bIh }
    },
  },
})

const backward = defineFusedKernel({
  name: 'DlLstmGrad',
  composed(inputs) {
    const { x, h0, c0, wIh, wHh, gates, cells, dy, dhN, dcN } = inputs
    if (h0!.shape[0] === 0) {
      return nothing(x!.shape, h0!.shape, c0!.shape, wIh!.shape, wHh!.shape, [wHh!.shape[1]!])
    }
    const steps = unstack(gates!)
    const states = [c0!, ...unstack(cells!)]
    const dys = dy && unstack(dy)
    const dGates: Tensor[] = []
    let dh = dhN ?? zerosLike(h0!)
    let dc = dcN ?? zerosLike(c0!)
    for (let t = steps.length - 1; t >= 0; t--) {
      const [i, f, g, o] = split(steps[t]!, 4, 1) as Gates
      const squashed = tanh(states[t + 1]!)
      const flow = dys ? add(dh, dys[t]!) : dh
      dc = add(dc, mul(mul(flow, o), sub(1, square(squashed))))
      dGates[t] = joinGates([
        mul(mul(dc, g), mul(i, sub(1, i))),
        mul(mul(dc, states[t]!), mul(f, sub(1, f))),
        mul(mul(dc, i), sub(1, square(g))),
        mul(mul(flow, squashed), mul(o, sub(1, o))),
      ])
      dh = matMul(dGates[t]!, wHh!, false, true)
      dc = mul(dc, f)
    }
    const { dx, dwIh, dwHh, dbIh } = projectionGradients(inputs, dGates, dGates)
    return [dx, dh, dc, dwIh, dwHh, dbIh]
  },
})

/**
 * A multi-layer LSTM, as `torch.nn.LSTM`.
 *
 * @param x [T, B, I]
 * @param initial states h and c, each [layers, B, H]
 * @returns the last layer's outputs [T, B, H] and the final states, each [layers, B, H]
 * @throws DlError `shape-mismatch`, naming the layer and the weight
 *
 * @example
 * ```ts
 * import { lstm } from '@dl/core'
 * import { tidy, zeros } from '@tensorflow/tfjs-core'
 *
 * const shapes = tidy(() => {
 *   const initial = { h: zeros([1, 2, 4]), c: zeros([1, 2, 4]) }
 *   const { output, c } = lstm(zeros([5, 2, 3]), initial, [
 *     { wIh: zeros([3, 16]), wHh: zeros([4, 16]) },
 *   ])
 *   return `${output.shape} | ${c.shape}`
 * })
 * shapes // → 5,2,4 | 1,2,4
 * ```
 */
export function lstm(
  x: Tensor,
  initial: { h: Tensor; c: Tensor },
  layers: readonly RecurrentWeights[],
  options: RecurrentOptions = {},
): { output: Tensor; h: Tensor; c: Tensor } {
  const { h, c }: Partial<typeof initial> = initial ?? {}
  checkRecurrent('lstm', 4, x, layers, { h: h!, c: c! }, options)
  return tidy(() => {
    const h0 = unstack(initial.h)
    const c0 = unstack(initial.c)
    const hidden: Tensor[] = []
    const cells: Tensor[] = []
    const output = stackLayers(x, layers, options, (input, weights, i) => {
      const [y, hN, cN] = forward(present({ x: input, h0: h0[i], c0: c0[i], ...weights }), {})
      hidden.push(hN!)
      cells.push(cN!)
      return y!
    })
    return { output, h: stack(hidden), c: stack(cells) }
  })
}
