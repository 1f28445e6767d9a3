/** A layer with the weights, the input and the loss of `scripts/fixtures/layers_vision.py`. */
import { valueAndGrads } from '@dl/core'
import type { Module } from '@dl/layers'
import { keep, mul, sum, type Tensor } from '@tensorflow/tfjs-core'
import { expect } from 'vitest'
import { expectGolden, type Golden, hashed } from '../../../scripts/golden'

/** Gives `module` the weights of the fixtures, by way of a state dict in PyTorch's layout. */
export function fill(module: Module): void {
  const state = module.stateDict()
  const weights = [...module.namedParameters()].map(([name], i) => {
    return [name, hashed(10 + i, state[name]!.shape)] as const
  })
  module.loadStateDict(Object.fromEntries(weights), { strict: false })
  for (const t of [...Object.values(state), ...weights.map(([, t]) => t)]) t.dispose()
}

/** Compares the output, and the gradients of the input and of all parameters; then commits the step. */
export async function expectLayer(
  module: Module,
  x: Tensor,
  { y, x: input, ...rest }: Record<string, Golden>,
  { seed = 2, tolerance = 1e-5 } = {},
): Promise<void> {
  const parameters = Object.fromEntries(module.namedParameters())
  expect(Object.keys(rest)).toEqual(Object.keys(parameters))
  let output: Tensor | undefined
  const step = valueAndGrads(() => {
    output = keep(module.call(x))
    return sum(mul(output, hashed(seed, output.shape)))
  }, [x, ...Object.values(parameters)])
  await expectGolden('output', output!, y!, tolerance)
  await expectGolden('gradient of the input', step.grads[0]!, input!, tolerance)
  for (const [i, [name, golden]] of Object.entries(rest).entries()) {
    await expectGolden(`gradient of ${name}`, step.grads[i + 1]!, golden, tolerance)
  }
  step.commit()
  step.dispose()
  output!.dispose()
}
