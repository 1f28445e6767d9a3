import { Generator } from '@dl/core'
import { expect, test } from 'vitest'
import { extent, type Point, pointsOf, thin } from '../../src/plots/series'

test('x counts from 1 unless given', () => {
  expect(pointsOf({ label: 'a', y: [5, 6] })).toEqual([
    [1, 5],
    [2, 6],
  ])
  expect(pointsOf({ label: 'a', y: Float32Array.of(5), x: [0.5] })).toEqual([[0.5, 5]])
})

test('x and y of different lengths are refused', () => {
  expect(() => pointsOf({ label: 'loss', y: [1, 2], x: [1] })).toThrowErrorMatchingInlineSnapshot(
    `[DlError: series "loss" has 1 x and 2 y; expected as many of one as of the other.]`,
  )
})

test('thinning keeps order, ends and extremes, and the gaps', () => {
  const y = [...new Generator(1).normal(10_000)]
  y[5000] = Number.NaN
  y[77] = 99
  const points = pointsOf({ label: 'noise', y })
  const thinned = thin(points, 100)
  expect(thinned.length).toBeLessThanOrEqual(400)
  expect(thinned[0]).toBe(points[0])
  expect(thinned.at(-1)).toBe(points.at(-1))
  expect(thinned).toContain(points[77])
  expect(thinned).toContain(points[5000])
  expect(extent(thinned.map(([, value]) => value))).toEqual(extent(y))
  const xs = thinned.map(([x]) => x)
  expect(xs).toEqual([...xs].sort((a, b) => a - b))
})

test('short series stay as they are', () => {
  const points: Point[] = [[1, 2]]
  expect(thin(points, 100)).toBe(points)
})

test('the extent leaves out what is not finite, and the ends if asked', () => {
  expect(extent([3, Number.NaN, 1, Number.POSITIVE_INFINITY])).toEqual([1, 3])
  expect(extent([Number.NaN])).toBe(null)
  expect(extent([0, 1, 2, 3, 4, 5, 6, 7, 8, 100], 0.1)).toEqual([1, 8])
})
