/** What callbacks ask of their arguments. Errors name the callback and the value. */
import { showValue } from '@dl/core'
import { badOption } from './bad-option'
import type { TextStream } from './progress/stream'
import type { LayerOptimizerLike } from './protocol'

/** A finite number that `fits`; `words` say which do. */
export function checkNumber(
  owner: string,
  name: string,
  value: unknown,
  words: string,
  fits: (value: number) => boolean,
): void {
  if (typeof value === 'number' && Number.isFinite(value) && fits(value)) return
  badOption(owner, `${name} is ${showValue(value)}`, words)
}

export function checkCount(owner: string, name: string, value: unknown, least: number): void {
  const fits = (count: number): boolean => Number.isSafeInteger(count) && count >= least
  checkNumber(owner, name, value, `an integer of at least ${least}`, fits)
}

export function checkFlag(owner: string, name: string, value: unknown): void {
  if (typeof value !== 'boolean') {
    badOption(owner, `${name} is ${showValue(value)}`, 'true or false')
  }
}

/** A function where there is one. */
export function checkHandler(owner: string, name: string, value: unknown): void {
  if (value !== undefined && typeof value !== 'function') {
    badOption(owner, `${name} is ${showValue(value)}`, 'a function')
  }
}

/** One of a few words. */
export function checkChoice(
  owner: string,
  name: string,
  value: unknown,
  choices: readonly string[],
): void {
  if (typeof value === 'string' && choices.includes(value)) return
  const words = choices.map(choice => `'${choice}'`).join(' or ')
  badOption(owner, `${name} is ${showValue(value)}`, words)
}

export function checkText(owner: string, name: string, value: unknown): void {
  if (typeof value !== 'string') badOption(owner, `${name} is ${showValue(value)}`, 'a text')
}

export function checkList(owner: string, name: string, value: unknown): void {
  if (!Array.isArray(value)) badOption(owner, `${name} is ${showValue(value)}`, 'a list')
}

/** Numbers in a row; those that are none are gaps. */
export function checkNumbers(owner: string, name: string, value: unknown): void {
  if (typeof value === 'object' && Number.isSafeInteger((value as unknown[] | null)?.length)) return
  badOption(owner, `${name} is ${showValue(value)}`, 'a list of numbers')
}

export function checkStream(owner: string, value: unknown): void {
  if (typeof (value as TextStream | null)?.write === 'function') return
  badOption(owner, `stream is ${showValue(value)}`, 'an object with write(text)')
}

export function checkPath(owner: string, name: string, value: unknown): void {
  if (typeof value === 'string' && value !== '') return
  badOption(owner, `${name} is ${showValue(value)}`, 'a path')
}

/** Text by name, for a file's header. */
export function checkMetadata(owner: string, value: unknown): void {
  const plain = typeof value === 'object' && value !== null && !Array.isArray(value)
  if (plain && Object.values(value).every(text => typeof text === 'string')) return
  badOption(owner, `metadata is ${showValue(value)}`, 'an object of strings')
}

export function checkOptimizer(owner: string, optimizer: LayerOptimizerLike): void {
  const { lrs, baseLrs, setLrs } = (optimizer ?? {}) as Partial<LayerOptimizerLike>
  if (Array.isArray(lrs) && Array.isArray(baseLrs) && typeof setLrs === 'function') return
  badOption(
    owner,
    `optimizer is ${showValue(optimizer)}`,
    'a LayerOptimizer',
    'Make one first, and give it to fit, too: new LayerOptimizer(adam, model, 1e-3).',
  )
}

/** A model, or what stands for one, that has these methods. */
export function checkModel(owner: string, model: unknown, methods: readonly string[]): void {
  const has = (method: string): boolean =>
    typeof (model as Record<string, unknown> | null | undefined)?.[method] === 'function'
  if (methods.every(has)) return
  badOption(owner, `model is ${showValue(model)}`, `a Module, or what has ${methods.join(', ')}`)
}
