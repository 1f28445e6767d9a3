import { computeStats, datasets, ImageClassifierData, type ImageDataset } from '@dl/vision'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { probes, seen } from '../kit'

describe('datasets in DL_DATA', () => {
  const missing = !process.env.DL_DATA
  let all: ImageDataset

  beforeAll(async () => {
    if (!missing) all = await datasets.cifar10()
  }, 60_000)

  beforeEach(ctx => {
    ctx.skip(missing, 'DL_DATA names no folder with cifar10 and mnist')
  })

  it('has 60,000 pictures of CIFAR-10', () => {
    const { train, validation, classes, source } = all
    expect([train.length, validation.length, classes.length, source]).toEqual([
      50_000,
      10_000,
      10,
      'DL_DATA',
    ])
    expect([train[0]!.name, train[49_999]!.name]).toEqual([
      'train/airplane/0000.jpg',
      'train/truck/4999.jpg',
    ])
  })

  it('has the same tiny pictures as files and in the archive', async () => {
    const of = async (set: ImageDataset) => seen(new ImageClassifierData(set, { tfms: probes }).fix)
    const tiny = await datasets.cifar10({ tiny: true })
    const wanted = new Set(
      tiny.train.map(({ image }) => String(image).split('/').slice(-3).join('/')),
    )
    const chosen = { ...all, train: all.train.filter(({ name }) => wanted.has(name!)) }
    expect(await of(chosen)).toEqual(await of(tiny))
  })

  it('has the mean and deviation of the lesson, as far as JPEG keeps them', async () => {
    // one in ten: a little off
    const { mean, std } = await computeStats(all.train.filter((_, i) => i % 10 === 0))
    for (const [c, expected] of [0.4914, 0.48216, 0.44653].entries()) {
      expect(Math.abs(mean[c]! - expected)).toBeLessThan(5e-3)
    }
    for (const [c, expected] of [0.24703, 0.24349, 0.26159].entries()) {
      expect(Math.abs(std[c]! - expected)).toBeLessThan(5e-3)
    }
  })

  it('has 10,000 digits', async () => {
    const { train, validation } = await datasets.mnist({ tiny: true })
    expect([train.length, validation.length, train[0]!.label]).toEqual([8000, 2000, 7])
  })
})
