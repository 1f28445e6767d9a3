import { DlError, showShape } from '@dl/core'
import { argMax, cast, equal, mean, reshape, type Tensor, tidy } from '@tensorflow/tfjs-core'
import type { MeanMetric } from './metric'
import { checkTensors } from './rows-of'

/**
 * The part of predictions whose largest score is that of the label. Scores […, C], int32 labels […].
 *
 * @throws DlError `shape-mismatch` while it measures
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
    tidy(() => {
      checkLabelled(output, target)
      const found = argMax(output, -1)
      return mean(cast(equal(reshape(found, [-1]), reshape(target, [-1])), 'float32'))
    }),
} satisfies MeanMetric

/** Comparing would broadcast, and count pairs that do not belong together. */
function checkLabelled(output: Tensor, target: Tensor): void {
  checkTensors('accuracy', { scores: output, labels: target })
  if (output.rank > 0 && output.size === target.size * output.shape.at(-1)!) return
  throw new DlError('shape-mismatch', {
    problem: `accuracy got scores of shape ${showShape(output.shape)} and labels of ${showShape(target.shape)}`,
    expected: 'a label for each row of scores',
    fix: 'accuracyThreshold is for targets of 0 and 1 for each class.',
  })
}
