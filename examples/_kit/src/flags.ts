/** Command lines whose mistakes are named. */
import { type ParseArgsConfig, parseArgs } from 'node:util'
import { DlError } from '@dl/core'

type Flags = NonNullable<ParseArgsConfig['options']>

export const flag = { type: 'boolean', default: false } as const
export const optional = { type: 'string' } as const
export const text = (value: string) => ({ type: 'string', default: value }) as const

/** The values of the flags; one that does not exist is an error that lists those that do. */
export function readFlags<T extends Flags>(args: string[], options: T) {
  try {
    return parseArgs({ args, options }).values
  } catch (error) {
    const known = Object.keys(options).map(name => `--${name}`)
    throw new DlError('bad-option', {
      problem: (error as Error).message.replace(/\. .*/s, '').replace(/\.$/, ''),
      expected: `one of ${known.join(' ')}`,
    })
  }
}

export function oneOf<T extends string>(name: string, value: string, known: readonly T[]): T {
  if ((known as readonly string[]).includes(value)) return value as T
  throw bad(name, value, `one of ${known.join(', ')}`)
}

export function integer(name: string, value: string, least = 1): number {
  const number = Number(value)
  if (Number.isSafeInteger(number) && number >= least && value !== '') return number
  throw bad(name, value, `an integer of at least ${least}`)
}

export function positive(name: string, value: string): number {
  const number = Number(value)
  if (number > 0 && Number.isFinite(number)) return number
  throw bad(name, value, 'a number above 0')
}

const bad = (name: string, value: string, expected: string): DlError =>
  new DlError('bad-option', { problem: `--${name} is "${value}"`, expected })
