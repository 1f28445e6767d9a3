/**
 * The lecture's use of a map: a quick net looks over a large picture, and what it looked at most is
 * cut out and looked at again.
 */
import { checkOptions, DlError, showShape, showValue } from '@dl/core'
import type { AnyModule } from '@dl/layers'
import { dispose, Tensor, type Tensor3D, tidy } from '@tensorflow/tfjs-core'
import type { Box } from '../datasets/shapes'
import { probabilitiesOf } from '../learner/probabilities'
import { checkImage } from '../pictures/check-image'
import { crop } from '../pictures/crop'
import type { PixelImage } from '../pixel-image'
import { checkModel } from './checks'
import { inEvaluation } from './pass'
import { peakOf } from './peak'

export interface ZoomOptions {
  /** What a net takes of a picture, [1, height, width, channels]; all of the picture. */
  prepare(image: PixelImage): Tensor
  /** The map of it, [1, h, w]: `x => gradCam(model, x, { layer })`. */
  map(x: Tensor): Tensor3D
  /** Side of the part cut out, as a share of the picture's shorter side (default 0.5). */
  fraction?: number
  /** Looks at the part (default: the same net). */
  second?: AnyModule
}

/** What a net takes a picture for. */
export interface Sighting {
  readonly class: number
  readonly probability: number
  /** Of all classes. */
  readonly probabilities: readonly number[]
}

export interface Zoom {
  readonly crop: PixelImage
  /** Where the crop is in the picture, in pixels. */
  readonly box: Box
  readonly map: number[][]
  readonly whole: Sighting
  readonly zoomed: Sighting
}

/**
 * Makes a map of a picture, cuts out the square round its highest place, moved to lie within the
 * picture, and runs the net, or a better one, on that.
 *
 * @param image of any size that the net takes: one that ends in adaptive pooling takes all
 * @throws DlError `bad-image`, `bad-option`, and what maps throw
 *
 * @example
 * ```ts
 * import { AdaptiveAvgPool2d, Conv2d, Flatten, Sequential } from '@dl/layers'
 * import { classActivationMap, type PixelImage, zoomToPeak } from '@dl/vision'
 * import { div, type Tensor, tensor, tidy } from '@tensorflow/tfjs-core'
 *
 * const model = new Sequential(new Conv2d(3, 2, 3), new AdaptiveAvgPool2d(), new Flatten())
 * const prepare = ({ data, height, width }: PixelImage) =>
 *   tidy(() => div(tensor(data, [1, height, width, 3], 'float32'), 255))
 * const map = (x: Tensor) => classActivationMap(model, x, { layer: '0' })
 * const image = { width: 60, height: 40, channels: 3, data: new Uint8Array(7200) }
 * const { crop, box } = await zoomToPeak(image, model, { prepare, map })
 * crop.width // → 20
 * box.x // → 20
 * model.dispose()
 * ```
 */
export async function zoomToPeak(
  image: PixelImage,
  model: AnyModule,
  options: ZoomOptions,
): Promise<Zoom> {
  checkImage(image)
  const {
    prepare,
    map,
    fraction = 0.5,
    second = model,
  } = checkOptions('zoomToPeak', options, ['prepare', 'map', 'fraction', 'second'])
  for (const net of [model, second]) checkModel(net)
  for (const [name, value] of Object.entries({ prepare, map })) {
    if (typeof value === 'function') continue
    throw new DlError('bad-option', {
      problem: `${name} is ${showValue(value)}`,
      expected: 'a function that gives a tensor',
    })
  }
  if (!(fraction > 0 && fraction <= 1)) {
    throw new DlError('bad-option', {
      problem: `fraction is ${showValue(fraction)}`,
      expected: 'a number above 0, 1 at most',
    })
  }
  const first = tidy(() => {
    const x = prepare(image)
    return { map: checked(map(x)), output: outputOf(model, x) }
  })
  const [rows, whole] = await reading(first, () =>
    Promise.all([first.map.array(), sighting(first.output)]),
  )
  const box = boxRound(rows[0]!, image, fraction)
  const part = crop(image, box)
  const then = tidy(() => outputOf(second, prepare(part)))
  const zoomed = await reading([then], () => sighting(then))
  return { crop: part, box, map: rows[0]!, whole, zoomed }
}

function checked(map: Tensor3D): Tensor3D {
  if (map instanceof Tensor && map.rank === 3) return map
  throw new DlError('bad-map', {
    problem: `map gave ${map instanceof Tensor ? showShape((map as Tensor).shape) : showValue(map)}`,
    expected: 'a tensor [1, height, width], as gradCam makes it',
  })
}

const outputOf = (model: AnyModule, x: Tensor): Tensor =>
  inEvaluation(model, () => model.call(x) as Tensor)

async function reading<T>(
  tensors: Parameters<typeof dispose>[0],
  read: () => Promise<T>,
): Promise<T> {
  try {
    return await read()
  } finally {
    dispose(tensors)
  }
}

async function sighting(tensor: Tensor): Promise<Sighting> {
  const probabilities = probabilitiesOf(await tensor.data<'float32'>(), false)
  const probability = Math.max(...probabilities)
  return { class: probabilities.indexOf(probability), probability, probabilities }
}

function boxRound(map: number[][], { width, height }: PixelImage, fraction: number): Box {
  const side = Math.max(1, Math.round(fraction * Math.min(width, height)))
  const peak = peakOf(map)
  const from = (at: number, length: number) =>
    Math.max(0, Math.min(length - side, Math.round(at * length - side / 2)))
  return { x: from(peak.x, width), y: from(peak.y, height), width: side, height: side }
}
