/** Values that do not look at the shape, and the identity. */
import { DlError, showShape } from '@dl/core'
import { checkNumbers } from '../checks'
import { withDefaults } from '../options'
import { type Initializer, sizeOf } from './initialize'

export interface UniformOptions {
  /** The lower end (default 0). */
  low?: number
  /** The upper end (default 1). */
  high?: number
}

export interface NormalOptions {
  /** The centre (default 0). */
  mean?: number
  /** The standard deviation (default 1). */
  std?: number
}

/**
 * Uniform over an interval.
 *
 * @example
 * ```ts
 * import { initialize, Linear, uniform } from '@dl/layers'
 *
 * const layer = new Linear(4, 2)
 * initialize(layer.weight, uniform({ low: 0.1, high: 0.2 }))
 * const values = await layer.weight.value.data()
 * values.every(value => value >= 0.1 && value <= 0.2) // → true
 * layer.dispose()
 * ```
 */
export function uniform(options: UniformOptions = {}): Initializer {
  const { low, high } = withDefaults('uniform', options, { low: 0, high: 1 })
  checkNumbers('uniform', { low })
  checkNumbers('uniform', { high }, `a number of at least low, ${low}`, n => n >= low)
  return (shape, generator) => generator.uniform(sizeOf(shape), low, high)
}

/**
 * Normal (Gaussian).
 *
 * @example
 * ```ts
 * import { Embedding, initialize, normal } from '@dl/layers'
 *
 * const layer = new Embedding(50, 40)
 * initialize(layer.weight, normal({ std: 0.01 }))
 * const values = await layer.weight.value.data()
 * values.every(value => Math.abs(value) < 0.1) // → true
 * layer.dispose()
 * ```
 */
export function normal(options: NormalOptions = {}): Initializer {
  const { mean, std } = withDefaults('normal', options, { mean: 0, std: 1 })
  checkNumbers('normal', { mean })
  checkNumbers('normal', { std }, 'a number of at least 0', n => n >= 0)
  return (shape, generator) => generator.normal(sizeOf(shape), mean, std)
}

/**
 * Ones on the diagonal and zeros else: a recurrent net with it begins by keeping its state (Le,
 * Jaitly and Hinton, 2015).
 *
 * @example
 * ```ts
 * import { identity, initialize, Linear } from '@dl/layers'
 *
 * const layer = new Linear(2, 3)
 * initialize(layer.weight, identity())
 * String(await layer.weight.value.data()) // → 1,0,0,0,1,0
 * layer.dispose()
 * ```
 */
export function identity(): Initializer {
  return shape => {
    const [rows, columns] = shape
    if (shape.length !== 2) {
      throw new DlError('shape-mismatch', {
        problem: `identity got a parameter of shape ${showShape(shape)}`,
        expected: 'two dimensions',
      })
    }
    const values = new Float32Array(rows! * columns!)
    for (let i = 0; i < Math.min(rows!, columns!); i++) values[i * columns! + i] = 1
    return values
  }
}
