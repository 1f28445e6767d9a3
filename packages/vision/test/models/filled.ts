import type { Tensor } from '@tensorflow/tfjs-core'
import { add, tidy } from '@tensorflow/tfjs-core'
import { hashed } from '../../../../scripts/golden'

/** The state that `fill` of scripts/fixtures/models.py gives a net with these names and shapes. */
export function filled(shapes: Record<string, number[]>): Record<string, Tensor> {
  const names = Object.keys(shapes).sort()
  return Object.fromEntries(names.map((name, i) => [name, valuesOf(name, shapes[name]!, 100 + i)]))
}

function valuesOf(name: string, shape: number[], seed: number): Tensor {
  const fanIn = shape.slice(1).reduce((a, b) => a * b, 1)
  if (shape.length > 1) return hashed(seed, shape, Math.sqrt(3 / fanIn))
  const isPositive = name.endsWith('running_var') || name.endsWith('weight')
  return tidy(() => add(hashed(seed, shape, 0.4), isPositive ? 1 : 0))
}
