/** Complaints that name the layer or function. */
import { DlError, showShape } from '@dl/core'
import type { Tensor } from '@tensorflow/tfjs-core'

export function checkSizes(layer: string, sizes: Record<string, number>): void {
  checkNumbers(layer, sizes, 'an integer of at least 1', size => Number.isInteger(size) && size > 0)
}

export function checkNumbers(
  what: string,
  numbers: Record<string, number>,
  expected = 'a finite number',
  isRight: (number: number) => boolean = () => true,
): void {
  for (const [name, number] of Object.entries(numbers)) {
    if (Number.isFinite(number) && isRight(number)) continue
    throw new DlError('bad-option', { problem: `${what} got ${name} ${number}`, expected })
  }
}

export function checkWidth(layer: string, x: Tensor, width: number): void {
  if (x.shape.at(-1) === width) return
  throw new DlError('shape-mismatch', {
    problem: `${layer} got an input of shape ${showShape(x.shape)}`,
    expected: `a last dimension of ${width}`,
  })
}
