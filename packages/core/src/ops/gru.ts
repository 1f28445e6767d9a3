/**
 * Gated recurrent units (Cho et al., 2014) over a whole sequence, in the form of `torch.nn.GRU`:
 * the reset gate multiplies the projected hidden part, bias included, and z → 1 keeps the state.
 */
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

const forward = defineFusedKernel({
  name: 'DlGru',
  composed({ x, h0, wIh, wHh, bIh, bHh }) {
    const [time, batch] = x!.shape as [number, number]
    const hidden = h0!.shape[1]!
    if (batch === 0) return nothing([time, 0, hidden], [0, hidden], [time, 0, 4 * hidden])
    const outputs: Tensor[] = []
    const cache: Tensor[] = []
    let h = h0!
    for (const input of projectSteps(x!, wIh!, bIh)) {
      const [inR, inZ, inN] = split(input, 3, 1) as [Tensor, Tensor, Tensor]
      const [hidR, hidZ, hidN] = split(project(h, wHh!, bHh), 3, 1) as [Tensor, Tensor, Tensor]
      const r = sigmoid(add(inR, hidR)) as Tensor
      const z = sigmoid(add(inZ, hidZ)) as Tensor
      const n = tanh(add(inN, mul(r, hidN))) as Tensor
      h = add(n, mul(z, sub(h, n)))
      outputs.push(h)
      cache.push(joinGates([r, z, n, hidN]))
    }
    return [stack(outputs), clone(h), stack(cache)]
  },
  gradient: {
    inputsToSave: ['x', 'h0', 'wIh', 'wHh'],
    outputsToSave: [true, false, true],
    grads: ([dy, dhN], [x, h0, wIh, wHh, y, cache]) => {
      const inputs = present({ x, h0, wIh, wHh, y, cache, dy, dhN })
      return sharedGradients(() => {
        const [dx, dh0, dwIh, dwHh, dbIh, dbHh] = backward(inputs, {})
        return { x: dx!, h0: dh0!, wIh: dwIh!, wHh: dwHh!, bIh: dbIh!, bHh: dbHh! }
      }, ['x', 'h0', 'wIh', 'wHh', 'bIh', 'bHh'])
    },
  },
})

const backward = defineFusedKernel({
  name: 'DlGruGrad',
  composed(inputs) {
    const { x, h0, wIh, wHh, y, cache, dy, dhN } = inputs
    if (h0!.shape[0] === 0) {
      const bias = [wHh!.shape[1]!]
      return nothing(x!.shape, h0!.shape, wIh!.shape, wHh!.shape, bias, bias)
    }
    const previous = [h0!, ...unstack(y!)]
    const dys = dy && unstack(dy)
    const steps = unstack(cache!)
    const dInput: Tensor[] = []
    const dHidden: Tensor[] = []
    let dh = dhN ?? zerosLike(h0!)
    for (let t = steps.length - 1; t >= 0; t--) {
      const [r, z, n, hidN] = split(steps[t]!, 4, 1) as [Tensor, Tensor, Tensor, Tensor]
      const flow = dys ? add(dh, dys[t]!) : dh
      const dn = mul(mul(flow, sub(1, z)), sub(1, square(n)))
      const dz = mul(mul(flow, sub(previous[t]!, n)), mul(z, sub(1, z)))
      const dr = mul(mul(dn, hidN), mul(r, sub(1, r)))
      dInput[t] = joinGates([dr, dz, dn])
      dHidden[t] = joinGates([dr, dz, mul(dn, r)])
      dh = add(mul(flow, z), matMul(dHidden[t]!, wHh!, false, true))
    }
    const { dx, dwIh, dwHh, dbIh, dbHh } = projectionGradients(inputs, dInput, dHidden)
    return [dx, dh, dwIh, dwHh, dbIh, dbHh]
  },
})

/**
 * A multi-layer GRU, as `torch.nn.GRU`.
 *
 * @param x [T, B, I]
 * @param h0 initial state [layers, B, H]
 * @returns the last layer's outputs [T, B, H] and the final states [layers, B, H]
 * @throws DlError `shape-mismatch`, naming the layer and the weight
 *
 * @example
 * ```ts
 * import { gru } from '@dl/core'
 * import { tidy, zeros } from '@tensorflow/tfjs-core'
 *
 * const shapes = tidy(() => {
 *   const { output, h } = gru(zeros([5, 2, 3]), zeros([1, 2, 4]), [
 *     { wIh: zeros([3, 12]), wHh: zeros([4, 12]) },
 *   ])
 *   return `${output.shape} | ${h.shape}`
 * })
 * shapes // → 5,2,4 | 1,2,4
 * ```
 */
export function gru(
  x: Tensor,
  h0: Tensor,
  layers: readonly RecurrentWeights[],
  options: RecurrentOptions = {},
): { output: Tensor; h: Tensor } {
  checkRecurrent('gru', 3, x, layers, { h: h0 }, options)
  return tidy(() => {
    const initial = unstack(h0)
    const finals: Tensor[] = []
    const output = stackLayers(x, layers, options, (input, weights, i) => {
      const [y, hN] = forward(present({ x: input, h0: initial[i], ...weights }), {})
      finals.push(hN!)
      return y!
    })
    return { output, h: stack(finals) }
  })
}
