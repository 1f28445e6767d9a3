/**
 * How an epoch cuts the rows of a language model's text into batches.
 *
 * fast.ai varies the length of the sequences, so that the borders between batches, over which no
 * gradient flows, fall elsewhere in each epoch: mostly around `bptt`, one time in twenty around
 * half of it, with a spread of 5 and at least 5 rows.
 */
import { checkOptions, type Generator } from '@dl/core'
import { requireCount, requireGenerator } from './checks'

const HALF_PROBABILITY = 0.05
const SPREAD = 5
const SHORTEST = 5

const NAMES = ['rows', 'bptt', 'generator', 'lengthStep', 'maxBatches'] as const

export interface BpttOptions {
  /** Rows of the (rows, bs) matrix. All but the last are inputs, all but the first are targets. */
  rows: number
  bptt: number
  /** Draws the lengths; without it every batch has `bptt` rows. */
  generator?: Generator
  /** Round drawn lengths to multiples of this, so that there are few different shapes. */
  lengthStep?: number
  /** Stop after so many batches, whether or not rows are left. */
  maxBatches?: number
}

/**
 * The number of rows of each batch; together `rows - 1`, unless `maxBatches` comes first. The last
 * batch takes what is left.
 *
 * @example
 * ```ts
 * import { bpttLengths } from '@dl/text'
 *
 * bpttLengths({ rows: 30, bptt: 8 }) // → 8,8,8,5
 * ```
 */
export function bpttLengths(options: BpttOptions): number[] {
  const {
    rows,
    bptt,
    generator,
    lengthStep = 1,
    maxBatches = Number.POSITIVE_INFINITY,
  } = checkOptions('bpttLengths', options, NAMES)
  requireCount('rows', rows)
  requireCount('bptt', bptt)
  requireCount('lengthStep', lengthStep)
  if (maxBatches !== Number.POSITIVE_INFINITY) requireCount('maxBatches', maxBatches)
  requireGenerator('generator', generator)
  const lengths: number[] = []
  let left = rows - 1
  while (left > 0 && lengths.length < maxBatches) {
    const wanted = generator ? toStep(drawLength(bptt, generator), lengthStep) : bptt
    const length = Math.min(wanted, left)
    lengths.push(length)
    left -= length
  }
  return lengths
}

/** fast.ai's rule: max(5, trunc(normal(bptt or bptt / 2, 5))). */
function drawLength(bptt: number, generator: Generator): number {
  const mean = generator.next() < HALF_PROBABILITY ? bptt / 2 : bptt
  return Math.max(SHORTEST, Math.trunc(generator.normal(1, mean, SPREAD)[0]!))
}

const toStep = (length: number, step: number): number =>
  Math.max(1, Math.round(length / step)) * step
