import { type ClassScoreOptions, classScore, ratio } from './class-scores'
import type { CountMetric } from './metric'

/**
 * Of what was predicted to be a class, the part that is: over the whole validation set, not a mean
 * over batches. Scores […, C] and int32 labels […]; for several labels logits and targets [N, C].
 * As scikit-learn's, a class never predicted has 0.
 *
 * @throws DlError `bad-option`; `shape-mismatch` while it measures
 *
 * @example
 * ```ts
 * import { precision } from '@dl/train'
 *
 * const cats = precision({ average: 'binary', positive: 1, name: 'cats' })
 * // hits, predictions and occurrences of two classes
 * cats.finish([5, 3, 6, 4, 6, 4]) // → 0.75
 * ```
 */
export const precision = (options: ClassScoreOptions = {}): CountMetric =>
  classScore('precision', options, ({ hits, predicted }) => ratio(hits, predicted))
