/** What is asked of values that plain JavaScript may hand over, in the words of one place. */
import { DlError, type Generator, showValue } from '@dl/core'
import { isModule, type Module } from '@dl/layers'

const complain = (what: string, value: unknown, expected: string): never => {
  throw new DlError('bad-option', { problem: `${what} is ${showValue(value)}`, expected })
}

/** Throws where `value` is no text. */
export function requireString(what: string, value: unknown): asserts value is string {
  if (typeof value !== 'string') complain(what, value, 'a text')
}

/** Throws where `value` is given and is no function. */
export function requireFunction(what: string, value: unknown): void {
  if (value !== undefined && typeof value !== 'function') complain(what, value, 'a function')
}

export function requireCount(what: string, value: unknown, least = 1): void {
  if (Number.isSafeInteger(value) && (value as number) >= least) return
  complain(what, value, `an integer of at least ${least}`)
}

/** Throws where `value` is nothing to go through. A text is, but letter by letter is never meant. */
export function requireList(what: string, value: unknown, of: string): void {
  const iterable = (value as Iterable<unknown> | null | undefined)?.[Symbol.iterator]
  if (typeof value === 'string' || typeof iterable !== 'function') {
    complain(what, value, `a list of ${of}`)
  }
}

export function requireModel(who: string, value: unknown): asserts value is Module {
  if (!isModule(value)) complain(`${who}'s model`, value, 'a module, such as a CharLM')
}

export function requireField(who: string, value: unknown): void {
  const { tokens, encode } = (value ?? {}) as { tokens?: unknown; encode?: unknown }
  if (typeof tokens !== 'function' || typeof encode !== 'function') {
    complain(`${who}'s field`, value, 'a Field')
  }
}

/** Throws where `value` is given and is no generator. */
export function requireGenerator(what: string, value: unknown): void {
  if (value === undefined || typeof (value as Generator | null)?.next === 'function') return
  complain(what, value, 'a Generator of @dl/core')
}

export function requireTokens(who: string, tokens: readonly string[]): void {
  if (tokens.length > 0) return
  throw new DlError('bad-option', {
    problem: `${who} got an empty prompt`,
    expected: 'at least one token to start from',
  })
}
