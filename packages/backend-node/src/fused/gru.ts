/** Gated recurrent units over a whole sequence, gates r, z, n (contract: @dl/core's `gru`). */
import type { TensorInfo } from '@tensorflow/tfjs-core'
import type { Call } from '../call'
import type { Handle } from '../tensorflow'
import { add, bend, binary, join, matMul, mul, split, sub, transpose } from './operations'
import {
  biased,
  layerOf,
  nothing,
  outputs,
  project,
  stack,
  stepsOf,
  weightGradients,
} from './recurrent'

type Gates = [Handle, Handle, Handle]

export function gru(call: Call): TensorInfo[] {
  const layer = layerOf(call)
  const { time, batch, hidden } = layer
  if (batch === 0) return nothing(call, [time, 0, hidden], [0, hidden], [time, 0, 4 * hidden])
  const [wHh, bHh] = [call.input('wHh'), call.optional('bHh')]
  const ys: Handle[] = []
  const cache: Handle[] = []
  let h = call.input('h0')
  for (const input of project(call, layer, [call.optional('bIh')])) {
    const [hNext, all] = call.within(() => {
      const [inR, inZ, inN] = split(call, input, 3, 1) as Gates
      const products = biased(call, matMul(call, h, wHh), [bHh])
      const [hidR, hidZ, hidN] = split(call, products, 3, 1) as Gates
      const r = bend(call, 'Sigmoid', add(call, inR, hidR))
      const z = bend(call, 'Sigmoid', add(call, inZ, hidZ))
      const n = bend(call, 'Tanh', add(call, inN, mul(call, r, hidN)))
      const output = add(call, n, mul(call, z, sub(call, h, n)))
      return [output, join(call, [r, z, n, hidN], 1)]
    })
    ys.push(hNext!)
    cache.push(all!)
    h = hNext!
  }
  return outputs(call, [stack(call, ys), h, stack(call, cache)])
}

export function gruGrad(call: Call): TensorInfo[] {
  const layer = layerOf(call)
  const { time, batch, inputs, hidden, width } = layer
  const state = [batch, hidden]
  if (batch === 0) {
    const weights = [[inputs, width], [hidden, width], [width], [width]]
    return nothing(call, [time, 0, inputs], state, ...weights)
  }
  const back = transpose(call, call.input('wHh'))
  const steps = stepsOf(call, 'cache', layer)
  const previous = [call.input('h0'), ...stepsOf(call, 'y', layer)]
  const dys = call.inputs.dy && stepsOf(call, 'dy', layer)
  const one = call.float(1)
  const intoInput: Handle[] = []
  const intoHidden: Handle[] = []
  let dh = call.optional('dhN') ?? call.constant(state)
  for (let t = time - 1; t >= 0; t--) {
    const [dhNext, di, dp] = call.within(() => {
      const [r, z, n, hidN] = split(call, steps[t]!, 4, 1) as [...Gates, Handle]
      const flow = dys ? add(call, dh, dys[t]!) : dh
      const slope = (operation: string, y: Handle, a: Handle, b: Handle) =>
        binary(call, operation, y, mul(call, a, b))
      const dn = slope('TanhGrad', n, flow, sub(call, one, z))
      const dz = slope('SigmoidGrad', z, flow, sub(call, previous[t]!, n))
      const dr = slope('SigmoidGrad', r, dn, hidN)
      const hiddenSide = join(call, [dr, dz, mul(call, dn, r)], 1)
      const through = matMul(call, hiddenSide, back)
      const dhBefore = add(call, mul(call, flow, z), through)
      return [dhBefore, join(call, [dr, dz, dn], 1), hiddenSide]
    })
    intoInput[t] = di!
    intoHidden[t] = dp!
    dh = dhNext!
  }
  const { dx, dwIh, dwHh, biases } = weightGradients(call, layer, intoInput, intoHidden)
  return outputs(call, [dx, dh, dwIh, dwHh, ...biases])
}
