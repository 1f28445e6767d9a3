import { enlarge, heatMap, type MapRows, overlay, type PixelImage } from '@dl/vision'
import { describe, expect, it } from 'vitest'

const grey = (width: number, height: number, value = 100): PixelImage => ({
  width,
  height,
  channels: 1,
  data: new Uint8Array(width * height).fill(value),
})

const pixel = ({ data, channels, width }: PixelImage, x: number, y: number) => [
  ...data.subarray((y * width + x) * channels, (y * width + x + 1) * channels),
]

describe('heatMap', () => {
  it('enlarges smoothly, without steps and without going beyond its colours', () => {
    const map = heatMap([[0, 1]], { width: 64, height: 1, colormap: 'gray' })
    const values = Array.from({ length: 64 }, (_, x) => pixel(map, x, 0)[0]!)
    expect([values[0], values[63]]).toEqual([0, 255])
    for (let x = 1; x < 64; x++) {
      expect(values[x]! - values[x - 1]!).toBeGreaterThanOrEqual(0)
      expect(values[x]! - values[x - 1]!).toBeLessThan(16)
    }
  })

  it('takes values beyond 0 and 1 for these, and colours of your own', () => {
    const colours = new Uint8Array(768).fill(7, 0, 765).fill(9, 765)
    const { data } = heatMap([[-5], [5]], { width: 1, height: 2, colormap: colours })
    expect([...data]).toEqual([7, 7, 7, 9, 9, 9])
  })
})

describe('enlarge', () => {
  it('keeps the shape, and the picture itself where nothing is to do', () => {
    const image = grey(30, 20)
    expect(enlarge(image, 30)).toBe(image)
    expect(enlarge(image, 90)).toEqual(grey(90, 60))
    expect(enlarge(image, 3)).toEqual(grey(3, 2))
    expect(enlarge(grey(300, 1), 3)).toEqual(grey(3, 1))
  })

  it('stays within bytes beside an edge', () => {
    const image = { ...grey(4, 1), data: Uint8Array.of(0, 0, 255, 255) }
    const { data } = enlarge(image, 64)
    expect([data[0], data[63]]).toEqual([0, 255])
    for (let x = 1; x < 64; x++) expect(data[x]!).toBeGreaterThanOrEqual(data[x - 1]!)
  })
})

describe('overlay', () => {
  it('mixes by alpha', () => {
    const image = grey(2, 1)
    const map = [[0, 1]]
    expect([...overlay(image, map, { alpha: 0 }).data]).toEqual([100, 100, 100, 100, 100, 100])
    const whole = overlay(image, map, { alpha: 1 })
    expect(pixel(whole, 0, 0)).toEqual([10, 0, 0])
    expect(pixel(whole, 1, 0)).toEqual([255, 255, 255])
    expect(pixel(overlay(image, map), 0, 0)).toEqual([55, 50, 50])
    expect([...image.data]).toEqual([100, 100])
  })

  it('takes the size asked for, and colours with or without an alpha channel', () => {
    const rgba = { width: 2, height: 1, channels: 4, data: Uint8Array.of(1, 2, 3, 0, 4, 5, 6, 255) }
    const plain = overlay(rgba, [[0]], { alpha: 0 })
    expect(plain).toEqual({
      width: 2,
      height: 1,
      channels: 3,
      data: Uint8Array.of(1, 2, 3, 4, 5, 6),
    })
    const large = overlay(rgba, [[0]], { size: 64, colormap: 'viridis' })
    expect([large.width, large.height, large.channels]).toEqual([64, 32, 3])
  })

  it('has its brightest place where the map has', () => {
    const map = Array.from({ length: 7 }, (_, y) =>
      Array.from({ length: 7 }, (_, x) => Math.exp(-((x - 2) ** 2 + (y - 4) ** 2))),
    )
    const picture = overlay(grey(70, 70, 0), map)
    const brightness = Array.from({ length: 4900 }, (_, i) =>
      pixel(picture, i % 70, Math.floor(i / 70)).reduce((a, b) => a + b, 0),
    )
    const brightest = Math.max(...brightness)
    const places = brightness.flatMap((value, i) => (value === brightest ? [i] : []))
    const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length
    expect(mean(places.map(i => i % 70))).toBeCloseTo(24.5, 0)
    expect(mean(places.map(i => Math.floor(i / 70)))).toBeCloseTo(44.5, 0)
  })

  it.each<[string, MapRows]>([
    ['the map has rows of nothing', []],
    ['the map has rows of 0', [[]]],
    ['the map has rows of 2, 1', [[1, 2], [3]]],
    ['the map has a value of NaN', [[0, Number.NaN]]],
  ])('%s', (message, map) => {
    expect(() => overlay(grey(2, 2), map)).toThrow(message)
  })

  it('refuses options and pictures that are none', () => {
    const message = (options: object, image = grey(2, 2)) => {
      try {
        overlay(image, [[1]], options)
      } catch (error) {
        return (error as Error).message
      }
      return 'none'
    }
    expect(message({ alpha: 1.5 })).toBe('alpha is 1.5; expected 0 to 1.')
    expect(message({ alpha: Number.NaN })).toMatch(/^alpha is NaN/)
    expect(message({ size: 0 })).toBe('size is 0; expected an integer of at least 1.')
    expect(message({ size: 2.5 })).toMatch(/^size is 2.5/)
    const high = { ...grey(2, 2), height: 3 }
    expect(message({}, high)).toMatch('2 × 3 pixels and 1 channels has 4 bytes')
    expect(message({}, { ...grey(2, 2), channels: 2 })).toMatch('2 channels has 4 bytes')
    expect(message({ colormap: new Uint8Array(3) })).toBe(
      'the colour map has 3 bytes; expected 256 colours of 3.',
    )
  })
})
