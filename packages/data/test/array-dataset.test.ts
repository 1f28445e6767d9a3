import { ArrayDataset, type Example } from '@dl/data'
import { describe, expect, it } from 'vitest'

describe('ArrayDataset', () => {
  it('gives the rows of all columns, with the type they came in', () => {
    const images = new ArrayDataset({
      inputs: [
        { data: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8), shape: [2, 2, 2] },
        [0.5, 1.5],
        [Float32Array.of(1, 2, 3), Float32Array.of(4, 5, 6)],
      ],
      target: Int32Array.of(7, 8),
    })
    expect(images.length).toBe(2)
    expect(images.get(1)).toEqual({
      inputs: [
        { data: Uint8Array.of(5, 6, 7, 8), shape: [2, 2] },
        { data: Float32Array.of(1.5), shape: [] },
        { data: Float32Array.of(4, 5, 6), shape: [3] },
      ],
      target: { data: Int32Array.of(8), shape: [] },
    })
  })

  it.each<[Example, string]>([
    [
      { inputs: [[1, 2, 3]], target: [1, 2] },
      'inputs[0] has 3 rows and target has 2; expected one row for each item in every column.',
    ],
    [
      { inputs: [[1], 2], target: [1] },
      'inputs[1] is a single number; expected a column with one row for each item.',
    ],
    [
      { inputs: [[[1, 2], [3]]], target: [1, 2] },
      'inputs[0] has a row 0 of shape [2] and a row 1 of [1]; expected rows of one shape.',
    ],
    [{ inputs: [[]], target: [] }, 'the dataset has 0 items; expected at least 1.'],
  ])('refuses %j', (columns, message) => {
    expect(() => new ArrayDataset(columns)).toThrow(message)
  })

  it.each([-1, 2, 0.5])('has no item %s', index => {
    const two = new ArrayDataset({ inputs: [[1, 2]], target: [1, 2] })
    expect(() => two.get(index)).toThrow(
      `there is no item ${index}; expected an integer from 0 to 1.`,
    )
  })
})
