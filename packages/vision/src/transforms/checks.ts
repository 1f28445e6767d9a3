/** Complaints about options of transforms and about pictures. */
import { DlError, showValue } from '@dl/core'

export function badOption(owner: string, problem: string, expected: string, fix?: string): never {
  throw new DlError('bad-option', {
    problem: `${owner} got ${problem}`,
    expected,
    ...(fix === undefined ? {} : { fix }),
  })
}

export function requireSide(owner: string, name: string, value: number): void {
  if (Number.isSafeInteger(value) && value > 0) return
  badOption(owner, `${name} ${showValue(value)}`, 'an integer of at least 1, in pixels')
}

export function requireChance(owner: string, p: number): void {
  if (p >= 0 && p <= 1) return
  badOption(owner, `p ${showValue(p)}`, 'a probability from 0 to 1')
}

export function requireOneOf<T extends string>(
  owner: string,
  name: string,
  value: T,
  known: readonly T[],
): void {
  if (known.includes(value)) return
  badOption(owner, `${name} '${value}'`, `one of ${known.map(one => `'${one}'`).join(', ')}`)
}
