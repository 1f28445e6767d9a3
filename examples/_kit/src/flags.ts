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
    const { values } = parseArgs({ args: joined(args, options), options })
    for (const [name, value] of Object.entries(values)) {
      if (value === '') throw bad(name, value, 'something')
    }
    return values
  } catch (error) {
    if (DlError.is(error)) throw error
    const known = Object.keys(options).map(name => `--${name}`)
    const { code, message } = error as NodeJS.ErrnoException
    throw new DlError('bad-option', {
      problem: message.replace(/\.\s.*/s, '').replace(/\.$/, ''),
      expected:
        code === VALUE ? 'a value after an option that takes one' : `one of ${known.join(' ')}`,
    })
  }
}

/** Node's code for a value that is missing, or not wanted. */
const VALUE = 'ERR_PARSE_ARGS_INVALID_OPTION_VALUE'

/** `--lr -1` as `--lr=-1`: Node would ask whether -1 is a flag, when it is just a wrong number. */
function joined(args: readonly string[], options: Flags): string[] {
  const all: string[] = []
  for (const arg of args) {
    const before = all.at(-1)?.match(/^--(.+)$/)?.[1] ?? ''
    const isValue = options[before]?.type === 'string' && /^-[\d.]/.test(arg)
    if (isValue) all[all.length - 1] = `--${before}=${arg}`
    else all.push(arg)
  }
  return all
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
