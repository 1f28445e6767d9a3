import { datasets, ImageClassifierData } from '@dl/vision'
import { describe, expect, it } from 'vitest'
import { probes, seen } from '../kit'

const reason = process.env.DL_DATA ? null : 'DL_DATA names no folder with cifar10 and mnist'
if (reason) console.log(`The real pictures are not checked: ${reason}.`)

describe.skipIf(reason)('datasets in DL_DATA', () => {
  it('has 60,000 pictures of CIFAR-10', async () => {
    const { train, validation, classes, source } = await datasets.cifar10()
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
    const of = async (train: Awaited<ReturnType<typeof datasets.cifar10>>) =>
      seen(new ImageClassifierData(train, { tfms: probes }).fix)
    const tiny = await datasets.cifar10({ tiny: true })
    const all = await datasets.cifar10({ form: 'images' })
    const wanted = new Set(
      tiny.train.map(({ image }) => String(image).split('/').slice(-3).join('/')),
    )
    const chosen = { ...all, train: all.train.filter(({ name }) => wanted.has(name!)) }
    expect(await of(chosen)).toEqual(await of(tiny))
  })

  it('has 10,000 digits', async () => {
    const { train, validation } = await datasets.mnist({ tiny: true })
    expect([train.length, validation.length, train[0]!.label]).toEqual([8000, 2000, 7])
  })
})
