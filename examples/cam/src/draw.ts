/** The sheets that the program writes. */
import { type Generator, noGrad } from '@dl/core'
import { files } from '@dl/data'
import {
  enlarge,
  heatMap,
  type ImageClassifierData,
  overlay,
  type PixelImage,
  picturesOf,
  showImages,
  type Zoom,
  zoomToPeak,
} from '@dl/vision'
import { dispose, exp, type Tensor } from '@tensorflow/tfjs-core'
import { prepare } from './data'
import { framed } from './frame'
import { type CamNet, type Method, mapsOf } from './net'
import { scene } from './scene'

/** Side of a picture on a sheet and of one looked at alone, in pixels. */
const [SHOWN, ALONE] = [160, 256]
/** Pictures of each class, and classes, on a sheet. */
const [OF_EACH, CLASSES] = [2, 6]
/** A scene is so many times as large as the picture in it; the part cut out is a little larger. */
const SCENE = 4
const FRACTION = 0.3
/** Larger files are shrunk to this: the net knows small pictures. */
const LARGEST = 256

/** Original, map and overlay. */
function row(image: PixelImage, map: number[][], size: number): PixelImage[] {
  const original = enlarge(image, size)
  const { width, height } = original
  return [original, heatMap(map, { width, height }), overlay(image, map, { size })]
}

const percent = (probability: number): string => `${Math.round(100 * probability)}%`

/** A sheet of validation pictures, a row for each class. */
export async function sheet(
  model: CamNet,
  method: Method,
  data: ImageClassifierData,
  path: string,
): Promise<string> {
  const classes = data.classes.slice(0, CLASSES)
  const shown = classes.map(() => ({ pictures: [] as PixelImage[], labels: [] as string[] }))
  const inRow = 3 * OF_EACH
  model.eval()
  for await (const { inputs, target } of data.validation) {
    const x = inputs[0]!
    const [maps, logProbabilities, pixels] = [
      mapsOf(model, method, x),
      noGrad(() => model.call(x)),
      data.denorm(x),
    ]
    const probabilities = exp(logProbabilities)
    const [rows, images, truths, likely] = await Promise.all([
      maps.array(),
      picturesOf(pixels),
      target.data(),
      probabilities.array() as Promise<number[][]>,
    ])
    dispose([x, target, maps, logProbabilities, probabilities, pixels])
    for (const [i, image] of images.entries()) {
      const own = shown[truths[i]!]
      if (own === undefined || own.labels.length === inRow) continue
      const guess = likely[i]!.indexOf(Math.max(...likely[i]!))
      own.pictures.push(...row(image, rows[i]!, SHOWN))
      own.labels.push(classes[truths[i]!]!, method)
      own.labels.push(`${data.classes[guess]} ${percent(likely[i]![guess]!)}`)
    }
    if (shown.every(({ labels }) => labels.length === inRow)) break
  }
  const pictures = shown.flatMap(own => own.pictures)
  const labels = shown.flatMap(own => own.labels)
  await files.writeAtomic(path, await showImages(pictures, { labels, columns: inRow, scale: 1 }))
  return path
}

export async function explainFile(
  model: CamNet,
  method: Method,
  image: PixelImage,
  classes: readonly string[],
  path: string,
): Promise<{ path: string; zoom: Zoom }> {
  const fits = Math.max(image.width, image.height) <= LARGEST ? image : enlarge(image, LARGEST)
  const map = (x: Tensor) => mapsOf(model, method, x)
  const zoom = await zoomToPeak(fits, model, { prepare, map, fraction: FRACTION })
  const [whole, zoomed] = [zoom.whole, zoom.zoomed].map(
    seen => `${classes[seen.class]} ${percent(seen.probability)}`,
  ) as [string, string]
  const [original, heat, over] = row(fits, zoom.map, ALONE) as [PixelImage, PixelImage, PixelImage]
  const found = framed(over, zoom.box, ALONE / Math.max(fits.width, fits.height))
  const pictures = [original, heat, found, enlarge(zoom.crop, ALONE)]
  const labels = [`whole: ${whole}`, method, 'peak', `part: ${zoomed}`]
  await files.writeAtomic(path, await showImages(pictures, { labels, columns: 4, scale: 1 }))
  return { path, zoom }
}

/** A validation picture lost in a large one: found, cut out, seen again. */
export async function zoomPair(
  model: CamNet,
  method: Method,
  data: ImageClassifierData,
  { path, chance }: { path: string; chance: Generator },
): Promise<{ path: string; zoom: Zoom; truth: string }> {
  for await (const { inputs, target } of data.validation) {
    const pixels = data.denorm(inputs[0]!)
    const [[image], [truth]] = await Promise.all([picturesOf(pixels), target.data()])
    dispose([...inputs, target, pixels])
    const large = scene(image!, SCENE, chance)
    const drawn = await explainFile(model, method, large, data.classes, path)
    return { ...drawn, truth: data.classes[truth!]! }
  }
  throw new Error('unreachable: a validation set has pictures')
}
