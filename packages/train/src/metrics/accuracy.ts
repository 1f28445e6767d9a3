import { argMax, cast, equal, mean, type Tensor, tidy } from '@tensorflow/tfjs-core'
import type { MeanMetric } from './metric'

/**
 * The part of predictions whose largest score is that of the label. Scores […, C], int32 labels […].
 *
 * @example
 * ```ts
 * import { accuracy } from '@dl/train'
 * import { tensor, tidy } from '@tensorflow/tfjs-core'
 *
 * const scores = tensor([[1, 3], [5, 2]])
 * const labels = tensor([1, 1], [2], 'int32')
 * const part = accuracy.batch(scores, labels)
 * String(await part.data()) // → 0.5
 * for (const t of [scores, labels, part]) t.dispose()
 * ```
 */
export const accuracy = {
  name: 'accuracy',
  batch: (output: Tensor, target: Tensor) =>
    tidy(() => mean(cast(equal(argMax(output, -1), target), 'float32'))),
} satisfies MeanMetric
