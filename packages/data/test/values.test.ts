import { int32, type Value } from '@dl/data'
import { describe, expect, it } from 'vitest'

describe('int32', () => {
  it.each<[Value, number[], number[]]>([
    [3, [3], []],
    [[1, 2], [1, 2], [2]],
    [Float32Array.of(4, 5), [4, 5], [2]],
    [
      [Int32Array.of(1, 2), Int32Array.of(3, 4)],
      [1, 2, 3, 4],
      [2, 2],
    ],
    [{ data: Uint8Array.of(1, 2, 3, 4), shape: [2, 1, 2] }, [1, 2, 3, 4], [2, 1, 2]],
    [
      [
        [[1], [2]],
        [[3], [4]],
      ],
      [1, 2, 3, 4],
      [2, 2, 1],
    ],
    [[], [], [0]],
  ])('reads %j', (value, data, shape) => {
    expect(int32(value)).toEqual({ data: Int32Array.from(data), shape })
  })

  it.each<[unknown, string]>([
    [2.5, 'int32 got 2.5; expected whole numbers.'],
    [[1, Number.NaN], 'int32 got NaN at place 1; expected whole numbers.'],
    [
      [[1, 2], [3]],
      'int32 has a row 0 of shape [2] and a row 1 of [1]; expected rows of one shape.',
    ],
    [[[1], 2], 'int32 has a row 0 of shape [1] and a row 1 of []; expected rows of one shape.'],
    [
      { data: Int32Array.of(1, 2, 3), shape: [2, 2] },
      'int32 has 3 numbers for the shape [2, 2]; expected 4.',
    ],
    ['7', 'int32 has a String where numbers should be; expected a number, nested arrays of'],
    [null, 'int32 has a null where numbers should be'],
    [undefined, 'int32 has an undefined where numbers should be'],
    [[1, new Date(0)], 'int32 has a Date where numbers should be'],
  ])('refuses %j', (value, message) => {
    expect(() => int32(value as Value)).toThrow(message)
  })
})
