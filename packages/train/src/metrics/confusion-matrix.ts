import { DlError, showShape, showValue } from '@dl/core'
import { argMax, type Tensor } from '@tensorflow/tfjs-core'
import { checkLabels, checkTensors } from './rows-of'

/** How often each class was taken for each. */
export interface ConfusionMatrix {
  readonly classes: readonly string[]
  /** `counts[actual][predicted]` */
  readonly counts: readonly (readonly number[])[]
  readonly total: number
  /** The part on the diagonal. */
  readonly accuracy: number
  /** Mistakes made at least so often (default once), the most frequent first. */
  mostConfused(least?: number): { actual: string; predicted: string; count: number }[]
  /** An aligned table: a row for each actual class, a column for each predicted one. */
  toString(): string
}

/**
 * Counts predictions by what was right.
 *
 * @param predictions scores [N, C], of which the largest counts, or int32 labels [N]
 * @param targets int32 labels [N]
 * @param classes their names, as `data.classes` has them
 * @throws DlError `shape-mismatch`, `bad-label`
 *
 * @example
 * ```ts
 * import { confusionMatrix } from '@dl/train'
 * import { tensor } from '@tensorflow/tfjs-core'
 *
 * const scores = tensor([[3, 1], [2, 5], [4, 1]])
 * const labels = tensor([0, 1, 1], [3], 'int32')
 * const matrix = await confusionMatrix(scores, labels, ['cat', 'dog'])
 * JSON.stringify(matrix.counts) // → [[1,0],[1,1]]
 * const [worst] = matrix.mostConfused()
 * ;`${worst!.actual} as ${worst!.predicted}` // → dog as cat
 * scores.dispose()
 * labels.dispose()
 * ```
 */
export async function confusionMatrix(
  predictions: Tensor,
  targets: Tensor,
  classes: readonly string[],
): Promise<ConfusionMatrix> {
  checkTensors('confusionMatrix', { predictions, targets })
  if (!Array.isArray(classes) || classes.length === 0) {
    throw new DlError('bad-argument', {
      problem: `confusionMatrix got ${showValue(classes)} for the classes`,
      expected: 'their names, as data.classes has them',
    })
  }
  const c = classes.length
  const rows = predictions.shape[0]
  const fits = predictions.rank === 1 || (predictions.rank === 2 && predictions.shape[1] === c)
  if (!fits || targets.rank !== 1 || targets.size !== rows || rows === 0) {
    throw new DlError('shape-mismatch', {
      problem: `confusionMatrix got predictions of shape ${showShape(predictions.shape)}, targets of ${showShape(targets.shape)} and ${c} classes`,
      expected: `[N, ${c}] or [N], and [N], with at least one row`,
    })
  }
  const [predicted, actual] = await Promise.all([labelsOf(predictions), targets.data()])
  checkLabels('confusionMatrix', predicted, c)
  checkLabels('confusionMatrix', actual, c)
  const counts = classes.map(() => Array<number>(c).fill(0))
  actual.forEach((label, i) => {
    counts[label]![predicted[i]!]! += 1
  })
  return matrixOf(classes, counts, actual.length)
}

async function labelsOf(predictions: Tensor): Promise<ArrayLike<number>> {
  if (predictions.rank === 1) return predictions.data()
  const labels = argMax(predictions, -1)
  try {
    return await labels.data()
  } finally {
    labels.dispose()
  }
}

function matrixOf(
  classes: readonly string[],
  counts: readonly (readonly number[])[],
  total: number,
): ConfusionMatrix {
  const right = counts.reduce((sum, row, i) => sum + row[i]!, 0)
  return {
    classes,
    counts,
    total,
    accuracy: right / total,
    mostConfused(least = 1) {
      const mistakes = counts.flatMap((row, i) =>
        row.map((count, j) => ({ actual: classes[i]!, predicted: classes[j]!, count, i, j })),
      )
      return mistakes
        .filter(({ count, i, j }) => i !== j && count >= least)
        .sort((a, b) => b.count - a.count)
        .map(({ actual, predicted, count }) => ({ actual, predicted, count }))
    },
    toString() {
      const header = ['', ...classes]
      const rows = counts.map((row, i) => [classes[i]!, ...row.map(String)])
      const widths = header.map((_, k) =>
        Math.max(...[header, ...rows].map(cells => cells[k]!.length)),
      )
      return [header, ...rows]
        .map(cells =>
          cells
            .map((cell, k) => (k === 0 ? cell.padEnd(widths[k]!) : cell.padStart(widths[k]!)))
            .join('  '),
        )
        .join('\n')
    },
  }
}
