/** Pictures, and transforms that show what a loader gives them. */
import type { Batch, DataLoader } from '@dl/data'
import { disposeBatch } from '@dl/data'
import type { ImageTransforms, PixelImage, TransformPair } from '@dl/vision'
import { tensor4d } from '@tensorflow/tfjs-core'

/** Smooth, so that lossy formats keep it, and different for each seed. */
export function picture(seed: number, width = 8, height = width, channels = 3): PixelImage {
  const data = new Uint8Array(width * height * channels)
  for (let i = 0; i < data.length; i++) {
    const c = i % channels
    const x = Math.floor(i / channels) % width
    const y = Math.floor(i / channels / width)
    data[i] = 128 + 100 * Math.sin(seed + c + x / width + (2 * y) / height)
  }
  return { width, height, channels, data }
}

/** One channel: the first value of the picture, and a number by chance. */
const probe = (augment: boolean): ImageTransforms => ({
  size: 1,
  stats: { mean: [0.5], std: [0.25] },
  decodeSide: null,
  batch: (images, generators) =>
    tensor4d(
      images.flatMap(({ data }, i) => [data[0]!, augment ? generators[i]!.next() : 0]),
      [images.length, 1, 1, 2],
    ),
})

export const probes: TransformPair = { train: probe(true), validation: probe(false) }

export interface Seen {
  /** The first value of each picture, and the number drawn for it. */
  pictures: number[][]
  targets: number[]
  sizes: number[]
}

/** One epoch of a loader that has {@link probes}. */
export async function seen(loader: DataLoader): Promise<Seen> {
  const all: Seen = { pictures: [], targets: [], sizes: [] }
  for await (const batch of loader) {
    const values = await batch.inputs[0]!.data()
    for (let i = 0; i < values.length; i += 2) all.pictures.push([values[i]!, values[i + 1]!])
    all.targets.push(...(await batch.target.data()))
    all.sizes.push(batch.items)
    disposeBatch(batch)
  }
  return all
}

export async function firstOf(loader: DataLoader): Promise<Batch> {
  for await (const batch of loader) return batch
  throw new Error('the loader has no batch')
}

/** The message of what is thrown. */
export const messageOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'nothing was thrown',
    (error: Error) => error.message,
  )
