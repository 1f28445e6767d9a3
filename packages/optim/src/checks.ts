/** What the numbers of an optimizer may be, and complaints about those that are not. */
import { DlError, showValue } from '@dl/core'

/** Which numbers are right, and how errors say it. */
export interface Range {
  readonly words: string
  has(value: number): boolean
}

/** Learning rates and decays, and what is added to keep from dividing by 0. */
export const AT_LEAST_0: Range = {
  words: 'a finite number of at least 0',
  has: value => Number.isFinite(value) && value >= 0,
}

/** What clips. */
export const ABOVE_0: Range = {
  words: 'a finite number above 0',
  has: value => Number.isFinite(value) && value > 0,
}

/** How far training has come. */
export const FROM_0_TO_1: Range = {
  words: 'a number from 0 to 1',
  has: value => value >= 0 && value <= 1,
}

/** Momentum and betas, the part that is kept: with 1 nothing new would ever come in. */
export const BELOW_1: Range = {
  words: 'a number from 0 to below 1',
  has: value => value >= 0 && value < 1,
}

export function checkNumber(owner: string, name: string, value: unknown, range: Range): void {
  if (typeof value === 'number' && range.has(value)) return
  badOption(owner, `${name} is ${showValue(value)}`, range.words)
}

/** A number in the range, or a function, whose values are checked when it is asked for them. */
export function checkHyperparameter(
  owner: string,
  name: string,
  value: unknown,
  range: Range,
): void {
  if (typeof value === 'function' || (typeof value === 'number' && range.has(value))) return
  badOption(
    owner,
    `${name} is ${showValue(value)}`,
    `${range.words}, or a function of the position`,
  )
}

export function checkFlag(owner: string, name: string, value: unknown): void {
  if (typeof value === 'boolean') return
  badOption(owner, `${name} is ${showValue(value)}`, 'true or false')
}

/** `adam's eps is NaN; expected …` */
export function badOption(owner: string, problem: string, expected: string, fix = ''): never {
  throw new DlError('bad-option', { problem: `${owner}'s ${problem}`, expected, fix })
}

/** Where PyTorch's optimizers take what a LayerOptimizer takes here. */
export const ELSEWHERE: Readonly<Record<string, string>> = {
  lr: 'Learning rates are the third argument of LayerOptimizer.',
  lrs: 'Learning rates are the third argument of LayerOptimizer.',
  learningRate: 'Learning rates are the third argument of LayerOptimizer.',
  wd: 'Weight decay is the fourth argument of LayerOptimizer.',
  wds: 'Weight decay is the fourth argument of LayerOptimizer.',
  weightDecay: 'Weight decay is the fourth argument of LayerOptimizer.',
  clip: 'Clipping is among the options of LayerOptimizer.',
}
