/** What class a map is about, as a weight for each class. */
import { DlError, showValue } from '@dl/core'
import {
  argMax,
  cast,
  equal,
  expandDims,
  range,
  sigmoid,
  softmax,
  type Tensor2D,
  tensor1d,
  tidy,
} from '@tensorflow/tfjs-core'

/**
 * A class by index, for all pictures or one for each; 'predicted', the class with the highest score;
 * or 'probabilities', all classes as likely as the net finds them.
 */
export type ClassTarget = number | readonly number[] | 'predicted' | 'probabilities'

/**
 * @param isMulti whether each class is likely or not by itself
 * @returns [N, classes], rows that add up to 1 unless that is so
 */
export function classWeights(
  scores: Tensor2D,
  target: ClassTarget,
  isMulti: boolean | undefined,
): Tensor2D {
  const [pictures, classes] = scores.shape
  return tidy(() => {
    if (target === 'probabilities') return isMulti ? sigmoid(scores) : softmax(scores)
    const indices =
      target === 'predicted'
        ? argMax(scores, 1)
        : tensor1d(checked(target, pictures, classes), 'int32')
    // not oneHot, which refuses a single class
    const isChosen = equal(expandDims(indices, 1), range(0, classes, 1, 'int32'))
    return cast(isChosen, 'float32') as Tensor2D
  })
}

function checked(target: number | readonly number[], pictures: number, classes: number): number[] {
  if (typeof target !== 'number' && !Array.isArray(target)) {
    throw new DlError('bad-target', {
      problem: `the target is ${showValue(target)}`,
      expected: "the number of a class, one for each picture, 'predicted' or 'probabilities'",
    })
  }
  const indices = typeof target === 'number' ? Array<number>(pictures).fill(target) : [...target]
  if (indices.length !== pictures) {
    throw new DlError('bad-target', {
      problem: `there are ${indices.length} targets for ${pictures} pictures`,
      expected: 'one for each, or one for all',
    })
  }
  const wrong = indices.find(index => !(Number.isInteger(index) && index >= 0 && index < classes))
  if (wrong === undefined) return indices
  throw new DlError('bad-target', {
    problem: `there is no class ${wrong}`,
    expected: `an integer from 0 to ${classes - 1}`,
  })
}
