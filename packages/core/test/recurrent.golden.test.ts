import { gru, lstm, type RecurrentWeights, rnn, valueAndGrads } from '@dl/core'
import { add, mul, scalar, sum, type Tensor } from '@tensorflow/tfjs-core'
import { describe, it } from 'vitest'
import { expectGolden, type Golden, hashed, readFixture } from '../../../scripts/golden'

interface Case {
  T: number
  B: number
  I: number
  H: number
  layers: number
  bias: boolean
  state: boolean
  loss: 'both' | 'output' | 'state'
  options: { nonlinearity?: 'tanh' | 'relu' }
  values: Record<string, Golden>
  gradients: Record<string, Golden>
}

type Run = (inputs: Record<string, Tensor>, spec: Case) => Record<string, Tensor>

const nets: { name: string; gates: number; run: Run }[] = [
  { name: 'rnn-tanh', gates: 1, run: (t, s) => rnn(t.x!, t.h0!, weightsOf(t, s), s.options) },
  { name: 'rnn-relu', gates: 1, run: (t, s) => rnn(t.x!, t.h0!, weightsOf(t, s), s.options) },
  { name: 'gru', gates: 3, run: (t, s) => gru(t.x!, t.h0!, weightsOf(t, s)) },
  { name: 'lstm', gates: 4, run: (t, s) => lstm(t.x!, { h: t.h0!, c: t.c0! }, weightsOf(t, s)) },
]

function weightsOf(tensors: Record<string, Tensor>, { layers }: Case): RecurrentWeights[] {
  return Array.from({ length: layers }, (_, i) => ({
    wIh: tensors[`wIh${i}`]!,
    wHh: tensors[`wHh${i}`]!,
    ...(tensors[`bIh${i}`] && { bIh: tensors[`bIh${i}`]!, bHh: tensors[`bHh${i}`]! }),
  }))
}

function inputsOf(gates: number, { T, B, I, H, layers, bias, state }: Case) {
  const inputs: Record<string, Tensor> = { x: hashed(1, [T, B, I]) }
  const states = gates === 4 ? ['h0', 'c0'] : ['h0']
  states.forEach((name, i) => {
    inputs[name] = hashed(2 + i, [layers, B, H], state ? 1 : 0)
  })
  for (let layer = 0; layer < layers; layer++) {
    const input = layer === 0 ? I : H
    const seed = 10 * (layer + 1)
    inputs[`wIh${layer}`] = hashed(seed, [input, gates * H], input ** -0.5)
    inputs[`wHh${layer}`] = hashed(seed + 1, [H, gates * H], H ** -0.5)
    if (!bias) continue
    inputs[`bIh${layer}`] = hashed(seed + 2, [gates * H], 0.5)
    inputs[`bHh${layer}`] = hashed(seed + 3, [gates * H], 0.5)
  }
  return inputs
}

describe.each(nets)('$name gives the values and gradients of torch.nn', ({ name, gates, run }) => {
  it.each(readFixture<Case[]>(import.meta.url, name))(
    'T $T, batch $B, $I → $H, $layers layers, given state $state, bias $bias, loss from $loss',
    async spec => {
      const inputs = inputsOf(gates, spec)
      const values = run(inputs, spec)
      for (const [key, golden] of Object.entries(spec.values)) {
        await expectGolden(key, values[key]!, golden)
      }
      const names = Object.keys(spec.gradients)
      const step = valueAndGrads(
        () => {
          const { output, ...finals } = run(inputs, spec)
          let loss: Tensor = scalar(0)
          const flow = (t: Tensor, seed: number) => {
            loss = add(loss, sum(mul(t, hashed(seed, t.shape))))
          }
          if (spec.loss !== 'state') flow(output!, 5)
          if (spec.loss !== 'output')
            for (const [i, t] of Object.values(finals).entries()) flow(t, 6 + i)
          return loss
        },
        names.map(key => inputs[key]!),
      )
      for (const [i, key] of names.entries()) {
        await expectGolden(`gradient of ${key}`, step.grads[i]!, spec.gradients[key]!)
      }
      step.dispose()
      for (const t of [...Object.values(values), ...Object.values(inputs)]) t.dispose()
    },
  )
})
