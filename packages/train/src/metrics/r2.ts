/**
 * The coefficient of determination. The spread of the targets is added up from centred sums (Chan,
 * Golub and LeVeque, 1979): Σt² − (Σt)²/n has no digit left for targets far from 0.
 */
import {
  cast,
  concat1d,
  fill,
  mean,
  reshape,
  slice,
  square,
  sub,
  sum,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  tidy,
  zeros,
} from '@tensorflow/tfjs-core'
import { errorsOf } from './errors-of'
import type { CountMetric } from './metric'

/**
 * The part of the targets' variance that the outputs explain, R², over the whole validation set: 1 for
 * perfect outputs, 0 for their mean, less for worse. Outputs and targets of one shape; of [N, C] it is
 * the mean over the columns, as `sklearn.metrics.r2_score`. A column of equal targets counts 1 where
 * the outputs are right and 0 where not; fewer than two rows have none (NaN).
 *
 * @throws DlError `shape-mismatch` while it measures
 *
 * @example
 * ```ts
 * import { evaluate, r2 } from '@dl/train'
 * import { Identity } from '@dl/layers'
 * import { mean, square, sub, tensor } from '@tensorflow/tfjs-core'
 *
 * const batch = { inputs: [tensor([1, 2, 3])], target: tensor([1, 2, 4]), items: 3 }
 * const loader = { length: 1, async *[Symbol.asyncIterator]() { yield batch } }
 * const squared = (y: typeof batch.target, t: typeof batch.target) => mean(square(sub(y, t)))
 * const { metrics } = await evaluate(new Identity(), loader, squared, { metrics: [r2] })
 * metrics.r2!.toFixed(4) // → 0.7857
 * ```
 */
export const r2 = {
  name: 'r2',
  counts: (output, target) =>
    tidy(() => {
      const errors = rowsOf(errorsOf('r2', output, target))
      const [rows, columns] = errors.shape
      if (rows === 0) return zeros([1 + PARTS * columns])
      const values = rowsOf(cast(target, 'float32'))
      // differences from the first row: exact where the values themselves are not
      const first = slice(values, [0, 0], [1, columns])
      const shifted = sub(values, first)
      const middle = mean(shifted, 0, true)
      const spread = sum(square(sub(shifted, middle)), 0)
      const parts = [first, middle, spread, sum(square(errors), 0)]
      return concat1d([fill([1], rows), ...parts.map(part => reshape(part, [-1]) as Tensor1D)])
    }),
  merge: (sums, batch) => packed(merged(unpacked(sums), unpacked(batch))),
  finish(sums) {
    const { rows, columns } = unpacked(sums)
    if (rows < 2) return Number.NaN
    const scores = columns.map(({ spread, error }) =>
      spread === 0 ? Number(error === 0) : 1 - error / spread,
    )
    return scores.reduce((total, score) => total + score, 0) / scores.length
  },
} satisfies CountMetric

/** Of a column of targets. */
interface Column {
  /** A value near them. */
  origin: number
  /** Their mean, from there. */
  middle: number
  /** Σ (t − mean)² */
  spread: number
  /** Σ (y − t)² */
  error: number
}

interface Sums {
  rows: number
  columns: Column[]
}

const PARTS = 4

const rowsOf = (tensor: Tensor): Tensor2D => {
  const rows = tensor.shape[0] ?? 1
  const columns = tensor.shape.slice(1).reduce((product, size) => product * size, 1)
  return reshape(tensor, [rows, columns])
}

function unpacked([rows, ...parts]: readonly number[]): Sums {
  const columns = parts.length / PARTS
  const part = (which: number, column: number): number => parts[which * columns + column]!
  return {
    rows: rows!,
    columns: Array.from({ length: columns }, (_, i) => ({
      origin: part(0, i),
      middle: part(1, i),
      spread: part(2, i),
      error: part(3, i),
    })),
  }
}

const packed = ({ rows, columns }: Sums): number[] => [
  rows,
  ...(['origin', 'middle', 'spread', 'error'] as const).flatMap(name =>
    columns.map(column => column[name]),
  ),
]

function merged(a: Sums, b: Sums): Sums {
  if (a.rows === 0) return b
  if (b.rows === 0) return a
  const rows = a.rows + b.rows
  const columns = a.columns.map((one, i) => {
    const other = b.columns[i]!
    const apart = other.origin - one.origin + (other.middle - one.middle)
    return {
      origin: one.origin,
      middle: one.middle + (apart * b.rows) / rows,
      spread: one.spread + other.spread + (apart ** 2 * a.rows * b.rows) / rows,
      error: one.error + other.error,
    }
  })
  return { rows, columns }
}
