import { Generator } from '@dl/core'
import { computeStats, encodePng, ImageClassifierData, type PixelImage } from '@dl/vision'
import { describe, expect, it } from 'vitest'
import { Moments } from '../../src/data/moments'
import { decoder } from '../../src/decode/index'
import { messageOf, picture } from '../kit'

/** Of all values at once, in the plainest way. */
function plainly(values: readonly number[]) {
  const mean = values.reduce((a, b) => a + b, 0) / values.length
  return {
    mean,
    std: Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length),
  }
}
const channel = (images: readonly PixelImage[], c: number) =>
  images.flatMap(({ data }) => [...data].filter((_, i) => i % 3 === c).map(value => value / 255))

describe('computeStats', () => {
  it('counts every pixel once, whatever the sizes, and each channel apart', async () => {
    const images = [picture(1, 8), picture(2, 5, 3), picture(3, 1)]
    const { mean, std } = await computeStats(images)
    for (const c of [0, 1, 2]) {
      const expected = plainly(channel(images, c))
      expect(mean[c]).toBeCloseTo(expected.mean, 14)
      expect(std[c]).toBeCloseTo(expected.std, 14)
    }
  })

  it('leaves out pictures that are bad where asked to', async () => {
    const [first, second] = [picture(1), picture(2)]
    const items = [{ image: encodePng(first) }, { image: new Uint8Array(3) }, { image: second }]
    const told: string[] = []
    const stats = await computeStats(items, { onBadImage: name => told.push(name) })
    expect(stats).toEqual(await computeStats([first, second]))
    expect(told).toEqual(['train[1]'])
  })

  it('does not hold more pictures than are underway at best', async () => {
    let [alive, most] = [0, 0]
    const item = {
      async image() {
        most = Math.max(most, ++alive)
        await new Promise(resolve => setTimeout(resolve))
        alive--
        return picture(1)
      },
    }
    await computeStats(Array.from({ length: 200 }, () => item))
    expect(most).toBeGreaterThan(1)
    expect(most).toBeLessThanOrEqual(decoder.workers)
  })

  it('decodes items, more than fit into one go', async () => {
    const images = Array.from({ length: 300 }, (_, i) => picture(i % 7, 2))
    const items = images.map(image => ({ image: encodePng(image) }))
    expect(await computeStats(items)).toEqual(await computeStats(images))
  })

  it('takes the batches of a loader as they come', async () => {
    const items = [1, 2, 3].map(seed => ({ image: picture(seed), label: 0 }))
    const set = { classes: ['it'], train: items, validation: items }
    const { mean, std } = await computeStats(new ImageClassifierData(set, { bs: 2 }).fix)
    const expected = await computeStats(items)
    for (const c of [0, 1, 2]) {
      expect(mean[c]).toBeCloseTo(expected.mean[c]!, 6)
      expect(std[c]).toBeCloseTo(expected.std[c]!, 6)
    }
  })

  it('refuses none, and colour after grey', async () => {
    expect(await messageOf(computeStats([]))).toBe('there are no pictures; expected at least 1.')
    expect(await messageOf(computeStats([picture(1, 2, 2, 1), picture(1)]))).toBe(
      'a picture has 3 channels, those before it have 1; expected as many in all.',
    )
    await expect(computeStats([{ image: new Uint8Array(0) }])).rejects.toMatchObject({
      code: 'bad-image',
    })
  })
})

describe('Moments', () => {
  it('lose nothing where deviations are small beside the mean', () => {
    const moments = new Moments(1)
    const values = new Generator(1).normal(3000).map(value => value + 2 ** 12)
    for (const [from, to] of [
      [0, 7],
      [7, 7],
      [7, 2000],
      [2000, 3000],
    ] as const) {
      moments.add(values.subarray(from, to))
    }
    const expected = plainly([...values])
    expect(moments.stats(1).std[0]).toBeCloseTo(expected.std, 9)
  })
})
