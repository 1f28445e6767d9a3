/** Predictions and labels on the host, checked against each other. */
import { DlError, showShape, showValue } from '@dl/core'
import { Tensor } from '@tensorflow/tfjs-core'

export interface Rows {
  /** Row by row. */
  scores: Float32Array
  labels: Int32Array
  classes: number
}

/**
 * @param scores [N, C]
 * @param targets [N]
 * @throws DlError `shape-mismatch`, `bad-label`
 */
export async function rowsOf(what: string, scores: Tensor, targets: Tensor): Promise<Rows> {
  const [, classes] = checkRows(what, scores, targets)
  const [values, labels] = await Promise.all([scores.data<'float32'>(), targets.data()])
  checkLabels(what, labels, classes!)
  return { scores: values, labels: Int32Array.from(labels), classes: classes! }
}

/** @returns the shape of the scores */
export function checkRows(what: string, scores: Tensor, targets: Tensor): readonly number[] {
  checkTensors(what, { predictions: scores, targets })
  const [rows] = scores.shape
  if (scores.rank !== 2 || targets.rank !== 1 || targets.size !== rows || rows === 0) {
    throw new DlError('shape-mismatch', {
      problem: `${what} got predictions of shape ${showShape(scores.shape)} and targets of ${showShape(targets.shape)}`,
      expected: '[N, classes] and [N], with at least one row',
    })
  }
  return scores.shape
}

/** @throws DlError `bad-argument` for an array, say, or a metric that fit is to call */
export function checkTensors(what: string, tensors: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(tensors)) {
    if (value instanceof Tensor) continue
    throw new DlError('bad-argument', {
      problem: `${what} got ${showValue(value)} for its ${name}`,
      expected: 'a tensor',
    })
  }
}

export function checkLabels(what: string, labels: ArrayLike<number>, classes: number): void {
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i]!
    if (Number.isInteger(label) && label >= 0 && label < classes) continue
    throw new DlError('bad-label', {
      problem: `${what} got the label ${label} for item ${i}`,
      expected: `an integer from 0 to ${classes - 1}`,
    })
  }
}

export function checkProbabilities(what: string, values: Float32Array, classes: number): void {
  // softmax may round to a little above 1
  const wrong = values.findIndex(p => !(p >= 0 && p <= 1 + 1e-5))
  if (wrong < 0) return
  throw new DlError('not-probabilities', {
    problem: `${what} got ${values[wrong]} for class ${wrong % classes} of item ${Math.floor(wrong / classes)}`,
    expected: 'probabilities, from 0 to 1',
    fix: 'softmax makes them of logits and of log-probabilities.',
  })
}
