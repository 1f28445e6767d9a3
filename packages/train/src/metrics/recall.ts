import { type ClassScoreOptions, classScore, ratio } from './class-scores'
import type { CountMetric } from './metric'

/**
 * Of what is a class, the part that was found: over the whole validation set, not a mean over
 * batches. Scores […, C] and int32 labels […]; for several labels logits and targets [N, C].
 *
 * @throws DlError `bad-option`; `shape-mismatch` while it measures
 *
 * @example
 * ```ts
 * import { recall } from '@dl/train'
 *
 * recall().name // → recall
 * // hits, predictions and occurrences of two classes: (5/5 + 3/5) / 2
 * recall().finish([5, 3, 7, 3, 5, 5]) // → 0.8
 * ```
 */
export const recall = (options: ClassScoreOptions = {}): CountMetric =>
  classScore('recall', options, ({ hits, actual }) => ratio(hits, actual))
