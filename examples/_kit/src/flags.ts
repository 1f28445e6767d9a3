/** Command lines whose mistakes are named. */
import { DlError } from '@dl/core'
import { nearest, type Options, readArgs } from '../../../scripts/options.mjs'

export const flag = { type: 'boolean', default: false } as const
export const optional = { type: 'string' } as const
export const text = (value: string) => ({ type: 'string', default: value }) as const

/** The values of the flags; one that does not exist is an error with the name that was meant. */
export function readFlags<T extends Options>(args: readonly string[], options: T) {
  const { values, complaint } = readArgs(args, options)
  if (complaint !== null) throw new DlError('bad-option', complaint)
  for (const [name, value] of Object.entries(values)) {
    if (value === '') throw bad(name, value, 'something')
  }
  return values
}

/** The names before the first option, all of them known, and the rest. */
export function namesFirst<T extends string>(
  args: readonly string[],
  kind: string,
  known: readonly T[],
): [names: T[], rest: string[]] {
  const first = args.findIndex(arg => arg.startsWith('-'))
  const length = first < 0 ? args.length : first
  const names = args.slice(0, length)
  for (const name of names) {
    if ((known as readonly string[]).includes(name)) continue
    const near = nearest(name, known)
    throw new DlError('bad-option', {
      problem: `There is no ${kind} "${name}"`,
      expected: `one of ${known.join(', ')}`,
      fix: near === null ? undefined : `Did you mean ${near}?`,
    })
  }
  return [names as T[], args.slice(length)]
}

export function oneOf<T extends string>(name: string, value: string, known: readonly T[]): T {
  if ((known as readonly string[]).includes(value)) return value as T
  throw bad(name, value, `one of ${known.join(', ')}`)
}

export function integer(name: string, value: string, least = 1, most = Infinity): number {
  const number = Number(value)
  const fits = number >= least && number <= most
  if (Number.isSafeInteger(number) && fits && value !== '') return number
  throw bad(
    name,
    value,
    most === Infinity ? `an integer of at least ${least}` : `an integer from ${least} to ${most}`,
  )
}

export function positive(name: string, value: string): number {
  const number = Number(value)
  if (number > 0 && Number.isFinite(number)) return number
  throw bad(name, value, 'a number above 0')
}

export function notNegative(name: string, value: string): number {
  const number = Number(value)
  if (number >= 0 && Number.isFinite(number)) return number
  throw bad(name, value, 'a number of at least 0')
}

/** Between 0 and 1, neither of them. */
export function fraction(name: string, value: string): number {
  const number = Number(value)
  if (number > 0 && number < 1) return number
  throw bad(name, value, 'a number above 0 and below 1')
}

const bad = (name: string, value: string, expected: string): DlError =>
  new DlError('bad-option', { problem: `--${name} is "${value}"`, expected })
