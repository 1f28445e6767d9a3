/** What precision, recall and F-scores share: counts by class, and how classes become one number. */
import { checkOptions as checkNames, DlError, sameShape, showShape, showValue } from '@dl/core'
import {
  argMax,
  cast,
  concat1d,
  greater,
  mul,
  oneHot,
  reshape,
  sigmoid,
  sum,
  type Tensor,
  type Tensor1D,
  tidy,
} from '@tensorflow/tfjs-core'
import type { CountMetric } from './metric'
import { checkTensors } from './rows-of'

export interface ClassScoreOptions {
  /**
   * `macro` is the mean over classes, of those that occur or were predicted (default); `micro`
   * counts all classes together; `binary` is of one class against the others.
   */
  average?: 'macro' | 'micro' | 'binary'
  /** The class of `binary` (default 1). */
  positive?: number
  /** Where items may have several labels: from which probability on one is predicted (default 0.5). */
  threshold?: number
  /** Whether outputs are logits there, as `binaryCrossEntropy` has them (default), or probabilities. */
  logits?: boolean
  /** Its column in the table, to tell two of a kind apart. */
  name?: string
}

/** Of one class, or of all together. */
export interface ClassCounts {
  /** Predicted, and rightly so. */
  hits: number
  predicted: number
  actual: number
}

/**
 * A metric of the hits, predictions and occurrences of each class. Scores […, C]; int32 labels […],
 * or for several labels logits [N, C] and targets [N, C] of 0 and 1.
 */
export function classScore(
  kind: string,
  options: ClassScoreOptions,
  score: (counts: ClassCounts) => number,
): CountMetric {
  const known = ['average', 'positive', 'threshold', 'logits', 'name'] as const
  const { average = 'macro', positive = 1, ...more } = checkNames(kind, options, known)
  const { threshold = 0.5, logits = true, name = kind } = more
  checkValues(kind, average, positive, threshold)
  const yes = (output: Tensor) => greater(logits ? sigmoid(output) : output, threshold)
  return {
    name,
    counts: (output, target) => tidy(() => countClasses(kind, output, target, yes)),
    finish(counts) {
      const classes = readCounts(counts)
      if (average === 'micro') return score(together(classes))
      if (average === 'binary') return score(pick(kind, classes, positive))
      const met = classes.filter(({ predicted, actual }) => predicted + actual > 0)
      return ratio(
        met.reduce((total, one) => total + score(one), 0),
        met.length,
      )
    },
  }
}

/** Part of whole, 0 where there is no whole. */
export const ratio = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole)

/** [3·C]: hits, predictions and occurrences of each class. */
function countClasses(
  kind: string,
  output: Tensor,
  target: Tensor,
  yes: (output: Tensor) => Tensor,
): Tensor1D {
  checkTensors(kind, { outputs: output, targets: target })
  const classes = output.shape.at(-1) ?? 0
  const rows = (tensor: Tensor) => cast(reshape(tensor, [-1, classes]), 'float32')
  const labels = (tensor: Tensor) =>
    cast(oneHot(cast(reshape(tensor, [-1]), 'int32'), classes), 'float32')
  const [predicted, actual] = sameShape(output.shape, target.shape)
    ? [rows(yes(output)), rows(target)]
    : [labels(argMax(output, -1)), labels(target)]
  if (!sameShape(predicted.shape, actual.shape)) {
    throw new DlError('shape-mismatch', {
      problem: `${kind} got outputs of shape ${showShape(output.shape)} and targets of ${showShape(target.shape)}`,
      expected: 'a label, or 0 or 1 for each class, for each row of scores',
    })
  }
  const sums = [mul(predicted, actual), predicted, actual].map(one => sum(one, 0) as Tensor1D)
  return concat1d(sums)
}

function readCounts(counts: readonly number[]): ClassCounts[] {
  const classes = counts.length / 3
  return Array.from({ length: classes }, (_, i) => ({
    hits: counts[i]!,
    predicted: counts[classes + i]!,
    actual: counts[2 * classes + i]!,
  }))
}

const together = (classes: readonly ClassCounts[]): ClassCounts => ({
  hits: classes.reduce((total, { hits }) => total + hits, 0),
  predicted: classes.reduce((total, { predicted }) => total + predicted, 0),
  actual: classes.reduce((total, { actual }) => total + actual, 0),
})

function pick(kind: string, classes: readonly ClassCounts[], positive: number): ClassCounts {
  const found = classes[positive]
  if (found) return found
  throw new DlError('bad-option', {
    problem: `${kind} is to be of class ${positive} and there are ${classes.length}`,
    expected: `an integer from 0 to ${classes.length - 1}`,
  })
}

function checkValues(kind: string, average: string, positive: number, threshold: number): void {
  const bad = (problem: string, expected: string) =>
    new DlError('bad-option', { problem: `${kind} got ${problem}`, expected })
  if (!['macro', 'micro', 'binary'].includes(average)) {
    throw bad(`average ${showValue(average)}`, 'one of macro, micro, binary')
  }
  if (!Number.isInteger(positive) || positive < 0) {
    throw bad(`positive ${showValue(positive)}`, 'the number of a class')
  }
  if (!(typeof threshold === 'number' && threshold > 0 && threshold < 1)) {
    throw bad(`threshold ${showValue(threshold)}`, 'a number between 0 and 1')
  }
}
