/** Tables of calls with values of the wrong kind: what plain JavaScript may pass. */
import { DlError } from '@dl/core'
import { describe, expect, it } from 'vitest'

/** A call with one value at a time, everything else about it being right. */
export type Call = (value: never) => unknown
export type Calls = Record<string, Call>

export const WRONG: readonly unknown[] = [
  undefined,
  null,
  true,
  3,
  -1,
  Number.NaN,
  '',
  'x',
  [],
  [null],
  {},
  { x: 1 },
  () => 'x',
  Symbol('s'),
  Promise.resolve(1),
]

/** One call for each of the options. */
export const each = (name: string, options: readonly string[], call: Call): Calls =>
  Object.fromEntries(
    options.map(option => [
      `${name}({ ${option} })`,
      (value: unknown) => call({ [option]: value } as never),
    ]),
  )

/**
 * Every call answers every wrong value with a DlError or a result.
 *
 * @param after runs after each, with the result if there is one: to free it
 */
export function answersInWords(calls: Calls, after: (result?: unknown) => void = () => {}): void {
  describe.each(Object.entries(calls))('%s', (_name, call) => {
    it('answers in words', async () => {
      const bad: string[] = []
      for (const value of WRONG) {
        let result: unknown
        try {
          result = await call(value as never)
        } catch (error) {
          const isBare = !DlError.is(error) || /\[object|Cannot read/.test(error.message)
          if (isBare) bad.push(`${String(value)}: ${String(error)}`)
        } finally {
          after(result)
        }
      }
      expect(bad).toEqual([])
    })
  })
}
