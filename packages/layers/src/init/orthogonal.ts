import { checkNumbers } from '../checks'
import { withDefaults } from '../options'
import { checkMatrix, type Initializer, sizeOf } from './initialize'

/**
 * Rows or columns, whichever are fewer, that are orthogonal and of length `gain` (default 1); all
 * such matrices are equally likely (Saxe et al., 2014; Mezzadri, 2007). What lies beyond the second
 * dimension is flattened.
 *
 * @example
 * ```ts
 * import { GRUCell, initialize, orthogonal } from '@dl/layers'
 *
 * const cell = new GRUCell(2, 3)
 * initialize(cell.weight_hh, orthogonal({ gain: 2 }))
 * const length = Math.hypot(...(await cell.weight_hh.value.data())) // three of length 2
 * length.toFixed(3) // → 3.464
 * cell.dispose()
 * ```
 */
export function orthogonal(options: { gain?: number } = {}): Initializer {
  const { gain } = withDefaults('orthogonal', options, { gain: 1 })
  checkNumbers('orthogonal', { gain })
  return (shape, generator) => {
    checkMatrix('orthogonal', shape)
    const rows = shape[0]!
    const columns = sizeOf(shape) / rows
    const values = orthonormal(generator.normal(rows * columns), rows, columns)
    return Float32Array.from(values, value => gain * value)
  }
}

/**
 * Gram and Schmidt's vectors from a random matrix, row by row if it is wide and column by column if
 * tall: the Q of its QR with a positive diagonal in R, as PyTorch makes it.
 */
function orthonormal(values: Float32Array, rows: number, columns: number): Float64Array {
  const wide = rows < columns
  const [count, length] = wide ? [rows, columns] : [columns, rows]
  const at = (i: number, k: number) => (wide ? i * columns + k : k * columns + i)
  const vectors: Float64Array[] = []
  for (let i = 0; i < count; i++) {
    const vector = Float64Array.from({ length }, (_, k) => values[at(i, k)]!)
    for (const earlier of vectors) subtract(vector, dot(vector, earlier), earlier)
    const norm = Math.sqrt(dot(vector, vector))
    vectors.push(vector.map(value => value / norm))
  }
  const result = new Float64Array(values.length)
  for (const [i, vector] of vectors.entries()) {
    for (let k = 0; k < length; k++) result[at(i, k)] = vector[k]!
  }
  return result
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let k = 0; k < a.length; k++) sum += a[k]! * b[k]!
  return sum
}

function subtract(a: Float64Array, factor: number, b: Float64Array): void {
  for (let k = 0; k < a.length; k++) a[k]! -= factor * b[k]!
}
