/** Long short-term memory over a whole sequence, gates i, f, g, o (contract: @dl/core's `lstm`). */
import type { TensorInfo } from '@tensorflow/tfjs-core'
import type { Call } from '../call'
import type { Handle } from '../tensorflow'
import { add, bend, binary, join, matMul, mul, split, transpose } from './operations'
import { layerOf, nothing, outputs, project, stack, stepsOf, weightGradients } from './recurrent'

type Gates = [Handle, Handle, Handle, Handle]

export function lstm(call: Call): TensorInfo[] {
  const layer = layerOf(call)
  const { time, batch, hidden, width } = layer
  if (batch === 0) {
    const [all, last] = [
      [time, 0, hidden],
      [0, hidden],
    ]
    return nothing(call, all, last, last, [time, 0, width], all)
  }
  const wHh = call.input('wHh')
  const ys: Handle[] = []
  const gates: Handle[] = []
  const cells: Handle[] = []
  let [h, c] = [call.input('h0'), call.input('c0')]
  for (const input of project(call, layer, [call.optional('bIh'), call.optional('bHh')])) {
    const [hNext, cNext, all] = call.within(() => {
      const sums = add(call, input, matMul(call, h, wHh))
      const [inI, inF, inG, inO] = split(call, sums, 4, 1) as Gates
      const [i, f, o] = [inI, inF, inO].map(x => bend(call, 'Sigmoid', x)) as [
        Handle,
        Handle,
        Handle,
      ]
      const g = bend(call, 'Tanh', inG)
      const cell = add(call, mul(call, f, c), mul(call, i, g))
      const output = mul(call, o, bend(call, 'Tanh', cell))
      return [output, cell, join(call, [i, f, g, o], 1)]
    })
    ys.push(hNext!)
    cells.push(cNext!)
    gates.push(all!)
    ;[h, c] = [hNext!, cNext!]
  }
  const stacks = [ys, gates, cells].map(steps => stack(call, steps))
  return outputs(call, [stacks[0]!, h, c, stacks[1]!, stacks[2]!])
}

export function lstmGrad(call: Call): TensorInfo[] {
  const layer = layerOf(call)
  const { time, batch, inputs, hidden, width } = layer
  const state = [batch, hidden]
  if (batch === 0) {
    return nothing(call, [time, 0, inputs], state, state, [inputs, width], [hidden, width], [width])
  }
  const back = transpose(call, call.input('wHh'))
  const gates = stepsOf(call, 'gates', layer)
  const cells = [call.input('c0'), ...stepsOf(call, 'cells', layer)]
  const dys = call.inputs.dy && stepsOf(call, 'dy', layer)
  const dGates: Handle[] = []
  let dh = call.optional('dhN') ?? call.constant(state)
  let dc = call.optional('dcN') ?? call.constant(state)
  for (let t = time - 1; t >= 0; t--) {
    const [dhNext, dcNext, all] = call.within(() => {
      const [i, f, g, o] = split(call, gates[t]!, 4, 1) as Gates
      const squashed = bend(call, 'Tanh', cells[t + 1]!)
      const flow = dys ? add(call, dh, dys[t]!) : dh
      const slope = (operation: string, y: Handle, a: Handle, b: Handle) =>
        binary(call, operation, y, mul(call, a, b))
      const dCell = add(call, dc, slope('TanhGrad', squashed, flow, o))
      const gradients = [
        slope('SigmoidGrad', i, dCell, g),
        slope('SigmoidGrad', f, dCell, cells[t]!),
        slope('TanhGrad', g, dCell, i),
        slope('SigmoidGrad', o, flow, squashed),
      ]
      const joined = join(call, gradients, 1)
      return [matMul(call, joined, back), mul(call, dCell, f), joined]
    })
    dGates[t] = all!
    ;[dh, dc] = [dhNext!, dcNext!]
  }
  const { dx, dwIh, dwHh, biases } = weightGradients(call, layer, dGates, dGates)
  return outputs(call, [dx, dh, dc, dwIh, dwHh, ...biases])
}
