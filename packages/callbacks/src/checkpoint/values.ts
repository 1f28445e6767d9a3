/**
 * A run's values as text. JSON has no NaN, no infinities and no −0, and a recorder's long lists are
 * better kept as numbers of eight bytes: each such list becomes an array of its own.
 */
import { DlError, showValue } from '@dl/core'
import { badOption } from '../bad-option'

/** Lists of so many numbers are kept as bytes. */
const LONG = 32

/** Stand for what JSON has not. */
const NUMBER = '$number'
const LIST = '$list'

export interface PackedValues {
  text: string
  /** What `$list` counts from 0. */
  lists: Float64Array<ArrayBuffer>[]
}

/** @throws DlError `not-storable` for what would come back as something else, with its path */
export function packValues(values: Readonly<Record<string, unknown>>): PackedValues {
  if (typeof values !== 'object' || values === null) {
    badOption('encodeCheckpoint', `values are ${showValue(values)}`, 'an object')
  }
  const lists: Float64Array<ArrayBuffer>[] = []

  const packed = (path: string, value: unknown): unknown => {
    if (value === null || ['string', 'boolean', 'undefined'].includes(typeof value)) return value
    if (typeof value === 'number') return plain(value) ? value : { [NUMBER]: numberText(value) }
    if (Array.isArray(value)) {
      if (value.length >= LONG && value.every(one => typeof one === 'number')) {
        return { [LIST]: lists.push(Float64Array.from(value)) - 1 }
      }
      return value.map((one, i) => packed(`${path}[${i}]`, one))
    }
    if (typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype) {
      return Object.fromEntries(
        Object.entries(value).map(([key, one]) => [key, packed(`${path}.${key}`, one)]),
      )
    }
    throw new DlError('not-storable', {
      problem: `the state of a run has ${path}, which is ${showValue(value)}`,
      expected: 'texts, numbers, booleans, null, lists and plain objects of them',
      fix: 'Whoever returns it from state() is to turn it into these.',
    })
  }

  const plainValues = Object.entries(values).map(([key, value]) => [key, packed(key, value)])
  return { text: JSON.stringify(Object.fromEntries(plainValues)), lists }
}

/** Undoes {@link packValues}. */
export function unpackValues({ text, lists }: PackedValues): Record<string, unknown> {
  return JSON.parse(text, (_key, value: unknown) => {
    if (typeof value !== 'object' || value === null) return value
    const { [NUMBER]: number, [LIST]: list } = value as { [NUMBER]?: string; [LIST]?: number }
    if (number !== undefined) return Number(number)
    return list === undefined ? value : [...(lists[list] ?? [])]
  })
}

const plain = (value: number): boolean => Number.isFinite(value) && !Object.is(value, -0)

const numberText = (value: number): string => (Object.is(value, -0) ? '-0' : String(value))
