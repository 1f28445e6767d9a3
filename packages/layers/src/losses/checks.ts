/** Complaints about outputs and targets that do not belong together: nothing is broadcast in silence. */
import { DlError, sameShape, showShape } from '@dl/core'
import type { Tensor } from '@tensorflow/tfjs-core'
import { checkFloat, checkTensor } from '../checks'

const withoutOnes = (shape: readonly number[]) => shape.filter(size => size !== 1)

/** One target for each output, in the same shape. */
export function checkAlike(loss: string, output: Tensor, target: Tensor, name = 'outputs'): void {
  checkTensor(loss, output)
  checkTensor(loss, target)
  checkFloat(loss, output, name)
  if (sameShape(output.shape, target.shape)) return
  throw new DlError('shape-mismatch', {
    problem: `${loss} got ${name} of shape ${showShape(output.shape)} and targets of ${showShape(target.shape)}`,
    expected: `one target for each ${name === 'logits' ? 'logit' : 'output'}`,
    fix: remedy(output, target),
  })
}

function remedy({ shape }: Tensor, target: Tensor): string {
  if (sameShape(withoutOnes(shape), withoutOnes(target.shape))) {
    return `Give them one shape: reshape(output, ${showShape(target.shape)}) in the model, or reshape(target, ${showShape(shape)}) in the data.`
  }
  if (sameShape(shape.slice(0, -1), target.shape)) {
    return 'If the targets are labels of classes, take crossEntropy; else give the model one output.'
  }
  return 'Compare what the last layer puts out with what the data has for each item.'
}

/** Labels […] for rows […, C]. */
export function checkLabels(loss: string, rows: Tensor, labels: Tensor, name: string): void {
  checkTensor(loss, rows)
  checkTensor(loss, labels)
  checkFloat(loss, rows, name)
  const leading = rows.shape.slice(0, -1)
  const fits = rows.rank > 0 && sameShape(leading, labels.shape)
  if (fits && labels.dtype === 'int32') return
  const alike = sameShape(withoutOnes(leading), withoutOnes(labels.shape))
  throw new DlError('shape-mismatch', {
    problem: `${loss} got ${name} ${showShape(rows.shape)} and ${labels.dtype} labels ${showShape(labels.shape)}`,
    expected: `int32 labels ${showShape(leading)}: one for each row of ${name}`,
    fix: fits
      ? "Convert them: cast(labels, 'int32')."
      : alike
        ? `Leave out what is 1: reshape(labels, ${showShape(leading)}).`
        : 'Compare what the last layer puts out with what the data has for each item.',
  })
}
