import { disposeBatch } from '@dl/data'
import { datasets, ImageClassifierData, type PixelImage, type ShapeItem } from '@dl/vision'
import { describe, expect, it } from 'vitest'
import { firstOf } from '../kit'

const pixels = ({ image }: ShapeItem) => (image as () => PixelImage)()

describe('datasets.shapes', () => {
  it('makes the same pictures from a seed, however many', () => {
    const some = datasets.shapes({ count: 8, seed: 3 })
    const more = datasets.shapes({ count: 16, seed: 3 })
    for (const [i, item] of some.train.entries()) {
      expect(more.train[i]!.box).toEqual(item.box)
      expect(pixels(more.train[i]!)).toEqual(pixels(item))
    }
    const other = datasets.shapes({ count: 8, seed: 4 })
    expect(pixels(other.train[0]!)).not.toEqual(pixels(some.train[0]!))
    expect(pixels(some.validation[0]!)).not.toEqual(pixels(some.train[0]!))
  })

  it('has as many of each class, boxes inside the picture and of all sizes', () => {
    const { train, validation, classes } = datasets.shapes({ count: 400, size: 64 })
    expect([classes, validation.length]).toEqual([['circle', 'cross', 'square', 'triangle'], 80])
    expect(train.filter(({ label }) => label === 2).length).toBe(100)
    const widths = train.map(({ box }) => box.width)
    expect([Math.min(...widths), Math.max(...widths)]).toEqual([19, 38])
    expect(train.every(({ box: { x, width } }) => x >= 0 && x + width <= 64)).toBe(true)
    expect(train.some(({ box: { x } }) => x === 0)).toBe(true)
    expect(train.some(({ box: { y, height } }) => y + height === 64)).toBe(true)
  })

  it('draws the object in its box: squares differ from what is around them', () => {
    const { train } = datasets.shapes({ count: 20, classes: ['square'], seed: 1 })
    for (const item of train) {
      const { box } = item
      const { data, width } = pixels(item)
      const mean = (wanted: (inside: boolean) => boolean, c: number) => {
        let [sum, count] = [0, 0]
        for (let i = 0; i < data.length / 3; i++) {
          const [x, y] = [i % width, Math.floor(i / width)]
          const across = x >= box.x && x < box.x + box.width
          if (!wanted(across && y >= box.y && y < box.y + box.height)) continue
          sum += data[i * 3 + c]!
          count++
        }
        return sum / count
      }
      const apart = [0, 1, 2].map(c => Math.abs(mean(i => i, c) - mean(i => !i, c)))
      expect(Math.max(...apart)).toBeGreaterThan(60)
    }
  })

  it('is what ImageClassifierData takes', async () => {
    const data = new ImageClassifierData(datasets.shapes({ count: 10, size: 16 }), { bs: 4 })
    const batch = await firstOf(data.validation)
    expect([batch.inputs[0]!.shape, data.items.validation[1]!.box.width > 4]).toEqual([
      [2, 16, 16, 3],
      true,
    ])
    disposeBatch(batch)
  })

  it.each([
    [{ count: 0 }, 'count is 0; expected an integer of at least 1.'],
    [{ size: 4 }, 'size is 4; expected an integer of at least 8.'],
    [
      { classes: [] },
      'classes are []; expected some of circle, cross, square, triangle, each once.',
    ],
    [{ classes: ['star' as 'circle'] }, 'classes are ["star"]'],
    [{ classes: ['circle', 'circle'] as const }, 'classes are ["circle", "circle"]'],
  ])('refuses %j', (options, message) => {
    expect(() => datasets.shapes(options)).toThrow(message)
  })
})
