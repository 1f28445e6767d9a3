/** Elman's recurrent net over a whole sequence, one kernel per layer and direction of the pass. */
import {
  add,
  clone,
  matMul,
  mul,
  relu,
  square,
  stack,
  step,
  sub,
  type Tensor,
  tanh,
  tidy,
  unstack,
  zerosLike,
} from '@tensorflow/tfjs-core'
import { checkThat } from '../checks'
import { defineFusedKernel } from '../fused/define'
import { present, sharedGradients } from '../fused/present'
import { checkOptions } from '../options'
import {
  checkRecurrent,
  nothing,
  project,
  projectionGradients,
  projectSteps,
  type RecurrentOptions,
  type RecurrentWeights,
  stackLayers,
} from './recurrent'

export type Nonlinearity = 'tanh' | 'relu'
type Attrs = { nonlinearity: Nonlinearity }

const forward = defineFusedKernel<Attrs>({
  name: 'DlRnn',
  composed({ x, h0, wIh, wHh, bIh, bHh }, { nonlinearity }) {
    const [time, batch] = x!.shape as [number, number]
    const hidden = h0!.shape[1]!
    if (batch === 0) return nothing([time, 0, hidden], [0, hidden])
    const activate = nonlinearity === 'relu' ? relu : tanh
    const outputs: Tensor[] = []
    let h = h0!
    for (const input of projectSteps(x!, wIh!, bIh)) {
      h = activate(add(input, project(h, wHh!, bHh))) as Tensor
      outputs.push(h)
    }
    return [stack(outputs), clone(h)]
  },
  gradient: {
    inputsToSave: ['x', 'h0', 'wIh', 'wHh'],
    outputsToSave: [true, false],
    grads: ([dy, dhN], [x, h0, wIh, wHh, y], attrs) => {
      const inputs = present({ x, h0, wIh, wHh, y, dy, dhN })
      const names = ['x', 'h0', 'wIh', 'wHh', 'bIh'] as const
      const gradients = sharedGradients(() => {
        const [dx, dh0, dwIh, dwHh, db] = backward(inputs, attrs)
        return { x: dx!, h0: dh0!, wIh: dwIh!, wHh: dwHh!, bIh: db! }
      }, names)
      return { ...gradients, bHh: gradients.bIh }
    },
  },
})

const backward = defineFusedKernel<Attrs>({
  name: 'DlRnnGrad',
  composed(inputs, { nonlinearity }) {
    const { x, h0, wIh, wHh, y, dy, dhN } = inputs
    if (h0!.shape[0] === 0) {
      return nothing(x!.shape, h0!.shape, wIh!.shape, wHh!.shape, [wHh!.shape[1]!])
    }
    const slope = (h: Tensor) => (nonlinearity === 'relu' ? step(h) : sub(1, square(h)))
    const outputs = unstack(y!)
    const dys = dy && unstack(dy)
    const dGates: Tensor[] = []
    let dh = dhN ?? zerosLike(h0!)
    for (let t = outputs.length - 1; t >= 0; t--) {
      const flow = dys ? add(dh, dys[t]!) : dh
      dGates[t] = mul(flow, slope(outputs[t]!))
      dh = matMul(dGates[t]!, wHh!, false, true)
    }
    const { dx, dwIh, dwHh, dbIh } = projectionGradients(inputs, dGates, dGates)
    return [dx, dh, dwIh, dwHh, dbIh]
  },
})

/**
 * A multi-layer recurrent net: h′ = f(x·wIh + bIh + h·wHh + bHh), as `torch.nn.RNN`.
 *
 * @param x [T, B, I]
 * @param h0 initial state [layers, B, H]
 * @returns the last layer's outputs [T, B, H] and the final states [layers, B, H]
 * @throws DlError `shape-mismatch`, naming the layer and the weight
 *
 * @example
 * ```ts
 * import { rnn } from '@dl/core'
 * import { tidy, zeros } from '@tensorflow/tfjs-core'
 *
 * const shapes = tidy(() => {
 *   const { output, h } = rnn(zeros([5, 2, 3]), zeros([1, 2, 4]), [
 *     { wIh: zeros([3, 4]), wHh: zeros([4, 4]) },
 *   ])
 *   return `${output.shape} | ${h.shape}`
 * })
 * shapes // → 5,2,4 | 1,2,4
 * ```
 */
export function rnn(
  x: Tensor,
  h0: Tensor,
  layers: readonly RecurrentWeights[],
  options: RecurrentOptions & { nonlinearity?: Nonlinearity } = {},
): { output: Tensor; h: Tensor } {
  const known = checkOptions('rnn', options, ['nonlinearity', 'dropout', 'training', 'generator'])
  const { nonlinearity = 'tanh', ...rest } = known
  checkThat('rnn', 'nonlinearity', nonlinearity, "'tanh' or 'relu'", one =>
    ['tanh', 'relu'].includes(one as Nonlinearity),
  )
  checkRecurrent('rnn', 1, x, layers, { h: h0 }, rest)
  return tidy(() => {
    const initial = unstack(h0)
    const finals: Tensor[] = []
    const output = stackLayers(x, layers, rest, (input, weights, i) => {
      const inputs = present({ x: input, h0: initial[i], ...weights })
      const [y, hN] = forward(inputs, { nonlinearity })
      finals.push(hN!)
      return y!
    })
    return { output, h: stack(finals) }
  })
}
