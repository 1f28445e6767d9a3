import { expect, test } from 'vitest'
import { niceStep, scale } from '../../src/plots/scale'

type Arguments = Parameters<typeof scale>

const ticks = (args: Arguments): string[] => {
  const axis = scale(...args)
  return axis.ticks.map(axis.label)
}

test('steps are 1, 2 or 5 times a power of ten', () => {
  expect([0.7, 1, 1.2, 3, 6, 0.013, 1000].map(niceStep)).toEqual([1, 1, 2, 5, 10, 0.02, 1000])
})

test.each([
  [
    ['linear', 0, 1, 5],
    ['0', '0.2', '0.4', '0.6', '0.8', '1.0'],
  ],
  [
    ['linear', -1, 1, 4],
    ['-1.0', '-0.5', '0', '0.5', '1.0'],
  ],
  [
    ['linear', 1, 6447, 7],
    ['1\u2009000', '2\u2009000', '3\u2009000', '4\u2009000', '5\u2009000', '6\u2009000'],
  ],
  [
    ['linear', 3.59, 3.5900000000000003, 4],
    ['3.4', '3.6', '3.8'],
  ],
  [
    ['linear', 2, 2, 4],
    ['1.8', '1.9', '2.0', '2.1', '2.2'],
  ],
  [
    ['linear', 0, 3e-6, 3],
    ['0', '1e-6', '2e-6', '3e-6'],
  ],
  [
    ['linear', 0, 3e6, 3],
    ['0', '1e6', '2e6', '3e6'],
  ],
  [
    ['log', 1e-5, 10, 8],
    ['1e-5', '1e-4', '0.001', '0.01', '0.1', '1', '10'],
  ],
  [
    ['log', 0.01, 0.1, 8],
    ['0.01', '0.02', '0.03', '0.05', '0.1'],
  ],
  [
    ['log', 1e-12, 1, 4],
    ['1e-12', '1e-9', '1e-6', '0.001', '1'],
  ],
  [
    ['log', 3, 3, 4],
    ['2', '3', '5'],
  ],
] as const)('ticks of %o', (args, expected) => {
  expect(ticks([...args] as Arguments).map(label => label.replace('+', ''))).toEqual(expected)
})

test('values land in between, by difference or by ratio', () => {
  expect(scale('linear', 2, 6, 4).at(3)).toBe(0.25)
  expect(scale('log', 1, 100, 4).at(10)).toBeCloseTo(0.5, 12)
})
