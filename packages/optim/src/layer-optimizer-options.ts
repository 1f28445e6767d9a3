import { checkOptions } from '@dl/core'
import { ABOVE_0, badOption, checkFlag, checkNumber } from './checks'

export interface LayerOptimizerOptions {
  /** Gradients are scaled down to this joint norm at most (default: they are not). */
  clip?: number | null
  /** Each value of a gradient is brought between −clipValue and clipValue (default: it is not). */
  clipValue?: number | null
  /** Whether weight decay is decoupled (default: as the rule has it: only adamW's is). */
  decoupled?: boolean
  /** Leaves biases and other parameters of one dimension out of weight decay (default false). */
  noDecayFor1d?: boolean
}

const OWNER = 'LayerOptimizer'

/** @throws DlError `bad-option` */
export function checkLayerOptions(options: LayerOptimizerOptions): LayerOptimizerOptions {
  const known = ['clip', 'clipValue', 'decoupled', 'noDecayFor1d'] as const
  const { clip, clipValue, decoupled, noDecayFor1d } = checkOptions(
    OWNER,
    options,
    known,
    ELSEWHERE,
  )
  for (const [name, value] of Object.entries({
    clip: clip ?? null,
    clipValue: clipValue ?? null,
  })) {
    if (value !== null) checkClip(name, value)
  }
  if (clip != null && clipValue != null) {
    badOption(OWNER, `clip is ${clip} and clipValue ${clipValue}`, 'one of the two')
  }
  if (decoupled !== undefined) checkFlag(OWNER, 'decoupled', decoupled)
  if (noDecayFor1d !== undefined) checkFlag(OWNER, 'noDecayFor1d', noDecayFor1d)
  return options
}

function checkClip(name: string, value: unknown): void {
  // some libraries take 0 for "no clipping", others for gradients of 0
  checkNumber(OWNER, name, value, {
    ...ABOVE_0,
    words: `${ABOVE_0.words}, or none for no clipping`,
  })
}

const ELSEWHERE: Readonly<Record<string, string>> = {
  lr: 'Learning rates are the third argument.',
  lrs: 'Learning rates are the third argument.',
  wds: 'Weight decay is the fourth argument.',
  weightDecay: 'Weight decay is the fourth argument.',
  betas: 'It is an option of the rule: () => adam({ betas: [0.9, 0.99] }).',
  momentum: 'It is an option of the rule: () => sgd({ momentum: 0.9 }).',
  eps: 'It is an option of the rule: () => adam({ eps: 1e-6 }).',
}
