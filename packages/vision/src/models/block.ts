/** What all residual blocks have in common. */
import { DlError, showValue } from '@dl/core'
import { Conv2d, type Module } from '@dl/layers'
import type { Shortcut } from './shortcut'

export interface BlockOptions {
  /** By how much the block shrinks its maps (default 1). */
  stride?: number
  /** Where its input and output differ in size (default 'projection'). */
  shortcut?: Shortcut
}

/** A class of blocks that a ResNet is built of; those of this package, or your own. */
export interface BlockType {
  /** How many times its width the block gives out. */
  readonly expansion: number
  /** Whether batch norm and ReLU come before its convolutions, and so behind the last block. */
  readonly preActivation: boolean
  new (inputs: number, width: number, options?: BlockOptions): Module
}

export const conv1x1 = (inputs: number, outputs: number): Conv2d =>
  new Conv2d(inputs, outputs, 1, { bias: false })

export const conv3x3 = (inputs: number, outputs: number, stride = 1): Conv2d =>
  new Conv2d(inputs, outputs, 3, { stride, padding: 1, bias: false })

/** Complains before anything is allocated. */
export function checkWidths(block: string, inputs: number, width: number): void {
  for (const [name, value] of Object.entries({ inputs, width })) {
    if (Number.isSafeInteger(value) && value > 0) continue
    throw new DlError('bad-option', {
      problem: `${block} got ${name} ${showValue(value)}`,
      expected: 'an integer of at least 1',
    })
  }
}
