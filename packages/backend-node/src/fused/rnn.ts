/** Elman's recurrent net over a whole sequence (contract: @dl/core's `rnn`). */
import type { TensorInfo } from '@tensorflow/tfjs-core'
import { type Call, FLOAT } from '../call'
import type { Handle } from '../tensorflow'
import { add, bend, matMul, transpose } from './operations'
import { layerOf, nothing, outputs, project, stack, stepsOf, weightGradients } from './recurrent'

export function rnn(call: Call): TensorInfo[] {
  const layer = layerOf(call)
  const { time, batch, hidden } = layer
  if (batch === 0) return nothing(call, [time, 0, hidden], [0, hidden])
  const operation = call.attrs.nonlinearity === 'relu' ? 'Relu' : 'Tanh'
  const wHh = call.input('wHh')
  const ys: Handle[] = []
  let h = call.input('h0')
  for (const input of project(call, layer, [call.optional('bIh'), call.optional('bHh')])) {
    const [hNext] = call.within(() => [
      bend(call, operation, add(call, input, matMul(call, h, wHh))),
    ])
    ys.push(hNext!)
    h = hNext!
  }
  return outputs(call, [stack(call, ys), h])
}

export function rnnGrad(call: Call): TensorInfo[] {
  const layer = layerOf(call)
  const { time, batch, inputs, hidden, width } = layer
  const state = [batch, hidden]
  if (batch === 0) {
    return nothing(call, [time, 0, inputs], state, [inputs, width], [hidden, width], [width])
  }
  const relu = call.attrs.nonlinearity === 'relu'
  const back = transpose(call, call.input('wHh'))
  const y = stepsOf(call, 'y', layer)
  const dys = call.inputs.dy && stepsOf(call, 'dy', layer)
  const dGates: Handle[] = []
  let dh = call.optional('dhN') ?? call.constant(state)
  for (let t = time - 1; t >= 0; t--) {
    const [dhNext, gradient] = call.within(() => {
      const flow = dys ? add(call, dh, dys[t]!) : dh
      const bent = relu
        ? call.run('ReluGrad', { T: FLOAT }, flow, y[t]!)
        : call.run('TanhGrad', { T: FLOAT }, y[t]!, flow)
      return [matMul(call, bent, back), bent]
    })
    dGates[t] = gradient!
    dh = dhNext!
  }
  const { dx, dwIh, dwHh, biases } = weightGradients(call, layer, dGates, dGates)
  return outputs(call, [dx, dh, dwIh, dwHh, ...biases])
}
