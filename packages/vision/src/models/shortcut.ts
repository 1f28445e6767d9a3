/** How a residual block's input reaches its output where the two differ in size. */
import { DlError } from '@dl/core'
import { BatchNorm2d, Conv2d, Module, maxPool2d, Sequential } from '@dl/layers'
import { pad, type Tensor, type Tensor4D } from '@tensorflow/tfjs-core'

/** By a learnt 1×1 convolution (options B of He et al., 2015), or by zeros (option A). */
export type Shortcut = 'projection' | 'padding'

/**
 * What stands in for the identity; null where the identity does.
 *
 * @param norm whether a projection is followed by a batch norm
 */
export function shortcutOf(
  kind: Shortcut,
  [inputs, outputs]: readonly [number, number],
  stride: number,
  norm: boolean,
): Module | null {
  if (stride === 1 && inputs === outputs) return null
  if (kind === 'padding') return new PaddedShortcut(inputs, outputs, stride)
  const projection = new Conv2d(inputs, outputs, 1, { stride, bias: false })
  return norm ? new Sequential(projection, new BatchNorm2d(outputs)) : new Sequential(projection)
}

/** Every stride-th pixel, with channels of zeros on both sides: nothing to learn. */
class PaddedShortcut extends Module {
  readonly #before: number

  constructor(
    readonly inputs: number,
    readonly outputs: number,
    readonly stride: number,
  ) {
    super()
    if (outputs < inputs) {
      throw new DlError('bad-option', {
        problem: `a padding shortcut got ${inputs} channels in and ${outputs} out`,
        expected: 'at least as many out as in',
      })
    }
    this.#before = Math.floor((outputs - inputs) / 2)
  }

  forward(x: Tensor): Tensor {
    // tfjs has no gradient for a strided slice; a pool of single pixels is one
    const pixels = maxPool2d(x, 1, { stride: this.stride }) as Tensor4D
    const after = this.outputs - this.inputs - this.#before
    return pad(pixels, [
      [0, 0],
      [0, 0],
      [0, 0],
      [this.#before, after],
    ])
  }

  override describe(): string {
    return `${this.inputs}, ${this.outputs}, stride=${this.stride}`
  }
}
