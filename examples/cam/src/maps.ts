/** Maps of pictures, drawn and judged. */
import { disposeBatch } from '@dl/data'
import type { Sequential } from '@dl/layers'
import {
  type Box,
  cifar10Stats,
  classActivationMap,
  enlarge,
  gradCam,
  gradCamPlusPlus,
  heatMap,
  type ImageClassifierData,
  type ImageItem,
  overlay,
  type PixelImage,
  peakOf,
  showImages,
} from '@dl/vision'
import { div, sub, type Tensor, type Tensor3D, tensor, tidy } from '@tensorflow/tfjs-core'
import { CLASS_MAPS, FEATURES } from './net'
import type { METHODS } from './options'

export type MapOf = (x: Tensor) => Tensor3D

/** How much larger pictures are drawn. */
const SCALE = 5

/** The map a method makes of a batch, [N, h, w]. */
export function mapper(model: Sequential, method: (typeof METHODS)[number]): MapOf {
  if (method === 'cam') return x => classActivationMap(model, x, { layer: CLASS_MAPS })
  const map = method === 'gradcam' ? gradCam : gradCamPlusPlus
  return x => map(model, x, { layer: FEATURES })
}

/** What the net takes of a picture of any size. */
export const normalised = ({ data, width, height }: PixelImage): Tensor =>
  tidy(() => {
    const x = div(tensor(data, [1, height, width, 3], 'float32'), 255)
    return div(sub(x, tensor([...cifar10Stats.mean])), tensor([...cifar10Stats.std]))
  })

/** The map of one picture, row by row. */
async function mapOf(image: PixelImage, map: MapOf): Promise<number[][]> {
  const maps = tidy(() => map(normalised(image)))
  const [rows] = (await maps.array()) as number[][][]
  maps.dispose()
  return rows!
}

/** Pictures of the validation set as they were before they were normalised. */
export async function picturesOf(data: ImageClassifierData, count: number): Promise<PixelImage[]> {
  const found: PixelImage[] = []
  for await (const batch of data.validation) {
    const pixels = data.denorm(batch.inputs[0]!)
    const values = await pixels.data()
    const [items, height, width, channels] = pixels.shape as [number, number, number, number]
    for (let i = 0; i < items && found.length < count; i++) {
      const size = height * width * channels
      const bytes = Uint8Array.from(values.subarray(i * size, (i + 1) * size), v =>
        Math.round(255 * v),
      )
      found.push({ width, height, channels, data: bytes })
    }
    pixels.dispose()
    disposeBatch(batch)
    if (found.length === count) break
  }
  return found
}

/** Rows of a picture, its map, and the one over the other. */
export async function sheet(pictures: PixelImage[], map: MapOf): Promise<Uint8Array> {
  const cells: PixelImage[] = []
  for (const picture of pictures) {
    const rows = await mapOf(picture, map)
    const size = SCALE * Math.max(picture.width, picture.height)
    const large = enlarge(picture, size)
    cells.push(large, heatMap(rows, large), overlay(large, rows))
  }
  return showImages(cells, { columns: 6, scale: 1 })
}

const boxOf = (item: ImageItem): Box | undefined => (item as { box?: Box }).box

/** In how many pictures the brightest place of the map lies on the object. */
export async function hits(data: ImageClassifierData, map: MapOf): Promise<number | null> {
  const items = data.items.validation
  if (!items.every(boxOf)) return null
  const pictures = await picturesOf(data, items.length)
  let inside = 0
  for (const [i, picture] of pictures.entries()) {
    const rows = await mapOf(picture, map)
    const peak = peakOf(rows)
    const [x, y] = [peak.x * picture.width, peak.y * picture.height]
    const { x: left, y: top, width, height } = boxOf(items[i]!)!
    if (x >= left && x < left + width && y >= top && y < top + height) inside++
  }
  return inside / items.length
}
