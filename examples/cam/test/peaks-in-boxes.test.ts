import { type Box, datasets, ImageClassifierData, tfmsFromStats } from '@dl/vision'
import { expect, it } from 'vitest'
import { CamNet } from '../src/net'
import { peaksInBoxes } from '../src/peaks-in-boxes'

const STATS = { mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] }

/** The share where the objects of six pictures are said to be there. */
async function share(boxOf: (index: number) => Box | undefined): Promise<number | null> {
  const set = datasets.shapes({ count: 8, validation: 6, size: 32, seed: 1 })
  const validation = set.validation.map(({ box: _, ...item }, i) => {
    const box = boxOf(i)
    return box ? { ...item, box } : item
  })
  const tfms = tfmsFromStats(STATS, 32)
  const data = new ImageClassifierData({ ...set, validation }, { tfms, bs: 4, seed: 1 })
  const model = new CamNet(data.c)
  try {
    return await peaksInBoxes(model, 'cam', data)
  } finally {
    model.dispose()
  }
}

const everywhere: Box = { x: 0, y: 0, width: 32, height: 32 }
const nowhere: Box = { x: 32, y: 0, width: 32, height: 32 }

it('counts the pictures whose map is highest within the box', async () => {
  expect(await share(() => everywhere)).toBe(1)
  expect(await share(() => nowhere)).toBe(0)
  expect(await share(i => (i < 2 ? everywhere : nowhere))).toBeCloseTo(1 / 3)
})

it('knows nothing of sets without boxes', async () => {
  expect(await share(() => undefined)).toBeNull()
})
