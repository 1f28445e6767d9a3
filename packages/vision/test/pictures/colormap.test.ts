import { type ColormapName, colormap } from '@dl/vision'
import { expect, it } from 'vitest'

/** Of matplotlib 3.11, `colormaps[name](i, bytes=True)`: the sums over i, and some colours. */
const MATPLOTLIB = {
  hot: {
    sums: [53730, 28980, 8351],
    colours: {
      0: [10, 0, 0],
      64: [178, 0, 0],
      100: [255, 18, 0],
      128: [255, 91, 0],
      192: [255, 255, 6],
      255: [255, 255, 255],
    },
  },
  viridis: {
    sums: [21233, 34987, 27987],
    colours: {
      0: [68, 1, 84],
      64: [58, 82, 139],
      100: [42, 118, 142],
      128: [32, 144, 140],
      192: [94, 201, 97],
      255: [253, 231, 36],
    },
  },
}

const rows = (name: ColormapName) => {
  const table = colormap(name)
  return Array.from({ length: 256 }, (_, i) => [...table.subarray(3 * i, 3 * i + 3)])
}

it("hot is matplotlib's", () => {
  const colours = rows('hot')
  const { sums, colours: some } = MATPLOTLIB.hot
  for (const [i, colour] of Object.entries(some)) expect(colours[Number(i)], i).toEqual(colour)
  expect([0, 1, 2].map(c => colours.reduce((sum, colour) => sum + colour[c]!, 0))).toEqual(sums)
})

it('gray is as bright as the value', () => {
  expect(rows('gray')).toEqual(Array.from({ length: 256 }, (_, i) => [i, i, i]))
})

it("viridis is close to matplotlib's", () => {
  const colours = rows('viridis')
  const { sums, colours: some } = MATPLOTLIB.viridis
  for (const [i, colour] of Object.entries(some)) {
    colour.forEach((value, c) => {
      expect(Math.abs(colours[Number(i)]![c]! - value), i).toBeLessThanOrEqual(5)
    })
  }
  sums.forEach((sum, c) => {
    const ours = colours.reduce((total, colour) => total + colour[c]!, 0)
    expect(Math.abs(ours - sum)).toBeLessThan(256)
  })
})

it('refuses a name it does not know', () => {
  expect(() => colormap('jet' as ColormapName)).toThrow(
    "there is no colour map 'jet'; expected one of hot, viridis, gray.",
  )
  expect(() => colormap('toString' as ColormapName)).toThrow("there is no colour map 'toString'")
})
