import { DlError, showValue } from '@dl/core'
import { type ClassScoreOptions, classScore, ratio } from './class-scores'
import type { CountMetric } from './metric'

/**
 * Precision and recall in one, recall counting `beta` times as much (van Rijsbergen, 1979): over the
 * whole validation set. Scores […, C] and int32 labels […]; for several labels logits and targets
 * [N, C].
 *
 * @throws DlError `bad-option`; `shape-mismatch` while it measures
 *
 * @example
 * ```ts
 * import { fBeta } from '@dl/train'
 *
 * const f2 = fBeta(2, { average: 'micro' })
 * f2.name // → f2
 * f2.finish([8, 10, 8]).toFixed(3) // → 0.952
 * ```
 */
export function fBeta(beta: number, options: ClassScoreOptions = {}): CountMetric {
  if (!(Number.isFinite(beta) && beta > 0)) {
    throw new DlError('bad-option', {
      problem: `beta is ${showValue(beta)}`,
      expected: 'a number above 0',
      fix: 'f1() weighs precision and recall alike.',
    })
  }
  const weight = beta * beta
  return classScore(`f${beta}`, options, ({ hits, predicted, actual }) =>
    ratio((1 + weight) * hits, weight * actual + predicted),
  )
}

/**
 * The harmonic mean of precision and recall: `fBeta(1)`.
 *
 * @example
 * ```ts
 * import { f1 } from '@dl/train'
 *
 * f1({ average: 'binary' }).finish([5, 3, 7, 3, 5, 5]) // → 0.75
 * ```
 */
export const f1 = (options: ClassScoreOptions = {}): CountMetric => fBeta(1, options)
