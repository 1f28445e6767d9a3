/** What a ResNet is made of. */
import { checkOptions, DlError, showValue } from '@dl/core'
import type { BlockType } from './block'
import type { Shortcut } from './shortcut'

export interface ResNetOptions {
  /** What the net is built of: `BasicBlock`, `Bottleneck`, `PreActBlock`, `PreActBottleneck`. */
  block: BlockType
  /** How many blocks each stage has. */
  layers: readonly number[]
  /** Channels within the blocks of each stage (default: 64, doubled from stage to stage). */
  widths?: readonly number[]
  /** Outputs (default 1000); 0 leaves out pool and classifier, and maps come out. */
  classes?: number
  /** Of the pictures (default 3). */
  channels?: number
  /**
   * 'imagenet' (default): 7×7 convolution with stride 2 and max pooling, for pictures from about 64
   * pixels on. 'cifar': 3×3 with stride 1, for smaller ones.
   */
  stem?: 'imagenet' | 'cifar'
  /** Where a block's input and output differ in size (default 'projection'). */
  shortcut?: Shortcut
  /** Name of the last layer in state dicts (default 'fc'). */
  classifier?: 'fc' | 'linear'
}

/**
 * Complains before anything is allocated.
 *
 * @returns the width of each stage
 */
export function checkResNet(options: ResNetOptions): readonly number[] {
  checkOptions('ResNet', options, [
    'block',
    'layers',
    'widths',
    'classes',
    'channels',
    'stem',
    'shortcut',
    'classifier',
  ])
  const isBlock = typeof options.block === 'function' && typeof options.block.expansion === 'number'
  if (!isBlock) refuse(`the block ${showValue(options.block)}`, 'a class of blocks: BasicBlock')
  for (const name of ['layers', 'widths'] as const) {
    const list = options[name]
    const isMissing = name === 'widths' && list === undefined
    if (!isMissing && !Array.isArray(list))
      refuse(`${name} ${showValue(list)}`, 'a list of integers')
  }
  const widths = options.widths ?? options.layers.map((_, stage) => 64 * 2 ** stage)
  const { block, layers, classes = 1000, channels = 3, shortcut = 'projection' } = options
  const { stem = 'imagenet', classifier = 'fc' } = options
  for (const [name, numbers] of Object.entries({ layers, widths, channels: [channels] })) {
    if (numbers.length > 0 && numbers.every(n => Number.isInteger(n) && n > 0)) continue
    refuse(`${name} ${numbers.join(', ') || 'without a number'}`, 'integers of at least 1')
  }
  if (widths.length !== layers.length) {
    refuse(`${widths.length} widths for ${layers.length} stages`, 'one for each')
  }
  if (!Number.isInteger(classes) || classes < 0) {
    refuse(`classes ${classes}`, 'an integer of at least 0')
  }
  checkChoice('stem', stem, ['imagenet', 'cifar'])
  checkChoice('shortcut', shortcut, ['projection', 'padding'])
  checkChoice('classifier', classifier, ['fc', 'linear'])
  const narrows = widths.some((width, i) => i > 0 && width < widths[i - 1]!)
  if (shortcut === 'padding' && narrows) {
    refuse(
      `widths ${widths.join(', ')} for ${block.name} with shortcuts of padding`,
      'widths that do not fall',
    )
  }
  return widths
}

function checkChoice(name: string, value: string, choices: readonly string[]): void {
  if (!choices.includes(value)) refuse(`${name} "${value}"`, `one of ${choices.join(', ')}`)
}

function refuse(problem: string, expected: string): never {
  throw new DlError('bad-option', { problem: `ResNet got ${problem}`, expected })
}
