/** A layer with the weights, the input and the loss of `scripts/fixtures/layers_vision.py`. */
import { valueAndGrads } from '@dl/core'
import type { Module } from '@dl/layers'
import { mul, sum, type Tensor } from '@tensorflow/tfjs-core'
import { expectGolden, type Golden, hashed } from '../../../scripts/golden'

/** Gives `module` the weights of the fixtures, by way of a state dict in PyTorch's layout. */
export function fill(module: Module): void {
  const named = module.stateDict()
  const names = [...module.namedParameters()].map(([name]) => name)
  const weights = names.map((name, i) => [name, hashed(10 + i, named[name]!.shape)] as const)
  module.loadStateDict(Object.fromEntries(weights), { strict: false })
  for (const t of [...Object.values(named), ...weights.map(([, t]) => t)]) t.dispose()
}

/** Compares the output, and the gradients of the input and of all parameters. */
export async function expectLayer(
  module: Module,
  x: Tensor,
  results: Record<string, Golden>,
  { seed = 2, tolerance = 1e-5 } = {},
): Promise<void> {
  let y: Tensor | undefined
  const parameters = Object.fromEntries(module.namedParameters())
  const { y: output, x: input, ...rest } = results
  const names = Object.keys(rest)
  const step = valueAndGrads(() => {
    y = module.call(x)
    return sum(mul(y, hashed(seed, y.shape)))
  }, [x, ...names.map(name => parameters[name]!)])
  const again = module.eval
  await expectGolden('gradient of the input', step.grads[0]!, input!, tolerance)
  for (const [i, name] of names.entries()) {
    await expectGolden(`gradient of ${name}`, step.grads[i + 1]!, rest[name]!, tolerance)
  }
  step.dispose()
}
