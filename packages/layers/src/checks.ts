/** Complaints that name the layer. */
import { DlError, showShape } from '@dl/core'
import type { Tensor } from '@tensorflow/tfjs-core'

export function checkSizes(layer: string, sizes: Record<string, number>): void {
  for (const [name, size] of Object.entries(sizes)) {
    if (Number.isInteger(size) && size > 0) continue
    throw new DlError('bad-option', {
      problem: `${layer} got ${name} ${size}`,
      expected: 'an integer of at least 1',
    })
  }
}

export function checkWidth(layer: string, x: Tensor, width: number): void {
  if (x.shape.at(-1) === width) return
  throw new DlError('shape-mismatch', {
    problem: `${layer} got an input of shape ${showShape(x.shape)}`,
    expected: `a last dimension of ${width}`,
  })
}
