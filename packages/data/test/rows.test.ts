import { splitRows } from '@dl/data'
import { describe, expect, it } from 'vitest'

describe('splitRows', () => {
  it.each([
    ['a\nb\nc', { rows: 0 }, '', 'a\nb\nc'],
    ['a\nb\nc', { rows: 2 }, 'a\nb\n', 'c'],
    ['a\nb\nc', { rows: 3 }, 'a\nb\nc', ''],
    ['a\nb\nc\n', { rows: 3 }, 'a\nb\nc\n', ''],
    ['\n\na', { rows: 1 }, '\n', '\na'],
    ['a\nb\nc\nd\n', { fraction: 0.6 }, 'a\nb\n', 'c\nd\n'],
    ['', { fraction: 0.5 }, '', ''],
  ] as const)('cuts %j at %j', (text, at, before, after) => {
    expect(splitRows(text, at)).toEqual([before, after])
  })

  it.each([
    [{ rows: 4 }, 'cannot cut after row 4 of 3; expected an integer from 0 to 3.'],
    [{ rows: 1.5 }, 'cannot cut after row 1.5 of 3; expected an integer from 0 to 3.'],
    [{ fraction: 80 }, 'fraction is 80; expected a number from 0 to 1.'],
    [{ fraction: Number.NaN }, 'fraction is NaN; expected a number from 0 to 1.'],
  ])('refuses %j', (at, message) => {
    expect(() => splitRows('a\nb\nc', at)).toThrow(message)
  })
})
