/** Pictures to look at: a PNG file or HTML. */
import { checkOptions, DlError, showShape, showValue } from '@dl/core'
import { Tensor } from '@tensorflow/tfjs-core'
import type { PixelImage } from '../pixel-image'
import { checkImage } from './check-image'
import { figuresHtml } from './figures-html'
import { gridOf } from './grid'
import { encodePng } from './png'

export interface ShowOptions {
  /** A caption for each picture. */
  labels?: readonly string[]
  /** Pictures in a row (default: as many as rows, about). */
  columns?: number
  /** Each pixel becomes a square of so many (default: pictures become about 96 wide). */
  scale?: number
}

/** Small pictures are shown about so large. */
const VISIBLE = 96

/**
 * A grid of pictures: the bytes of a PNG file, or with `as: 'html'` a piece of a page that needs
 * nothing beside it. Captions in a PNG are cut to a picture's width; what is
 * no Latin letter, digit or sign looks like a question mark there.
 *
 * @param images pictures, or a tensor [N, H, W, 1 or 3] of numbers from 0 to 1 such as `denorm`
 *   gives; it stays yours
 * @throws DlError `bad-image`, `bad-option`, `shape-mismatch`
 *
 * @example
 * ```ts
 * import { datasets, decodeImage, showImages } from '@dl/vision'
 *
 * const { train } = datasets.shapes({ count: 6, size: 16, seed: 1 })
 * const pictures = train.map(({ image }) => (image as () => import('@dl/vision').PixelImage)())
 * const png = await showImages(pictures, { columns: 3, scale: 2 })
 * const { width, height } = await decodeImage(png)
 * ;[width, height] // → 108,70
 * ```
 */
export function showImages(
  images: readonly PixelImage[] | Tensor,
  options?: ShowOptions & { as?: 'png' },
): Promise<Uint8Array>
export function showImages(
  images: readonly PixelImage[] | Tensor,
  options: ShowOptions & { as: 'html' },
): Promise<string>
export async function showImages(
  images: readonly PixelImage[] | Tensor,
  options: ShowOptions & { as?: 'png' | 'html' } = {},
): Promise<Uint8Array | string> {
  checkOptions('showImages', options, ['labels', 'columns', 'scale', 'as'])
  const pictures = images instanceof Tensor ? await picturesOf(images) : images
  const { labels = null, as = 'png' } = options
  if (!Array.isArray(pictures) || !(labels === null || isTexts(labels))) {
    throw new DlError('bad-option', {
      problem: Array.isArray(pictures)
        ? `labels is ${showValue(labels)}`
        : `the pictures are ${showValue(pictures)}`,
      expected: Array.isArray(pictures)
        ? 'a list of texts'
        : 'a list of pictures, or a tensor of them',
    })
  }
  if (pictures.length === 0 || (labels !== null && labels.length !== pictures.length)) {
    throw new DlError('shape-mismatch', {
      problem: `there are ${pictures.length} pictures and ${labels?.length ?? 0} labels`,
      expected: 'at least one picture, and as many labels or none',
    })
  }
  for (const picture of pictures) checkImage(picture)
  const widest = Math.max(...pictures.map(({ width }) => width))
  const { columns = Math.ceil(Math.sqrt(pictures.length)) } = options
  const { scale = Math.max(1, Math.round(VISIBLE / widest)) } = options
  for (const [name, value] of Object.entries({ columns, scale })) {
    if (Number.isInteger(value) && value > 0) continue
    throw new DlError('bad-option', {
      problem: `${name} is ${showValue(value)}`,
      expected: 'an integer of at least 1',
    })
  }
  if (as !== 'png' && as !== 'html') {
    throw new DlError('bad-option', {
      problem: `as is ${JSON.stringify(as)}`,
      expected: "'png' or 'html'",
    })
  }
  if (as === 'png') return encodePng(gridOf(pictures, { labels, columns, scale }))
  const figures = pictures.map((image, i) => ({ image, ...(labels && { caption: [labels[i]!] }) }))
  return figuresHtml(figures, { columns, width: widest * scale })
}

const isTexts = (list: unknown): boolean =>
  Array.isArray(list) && list.every(one => typeof one === 'string')

/**
 * The pictures of a batch, such as `denorm` gives.
 *
 * @param images [N, H, W, 1 or 3] of numbers from 0 to 1; it stays yours
 * @throws DlError `shape-mismatch`
 *
 * @example
 * ```ts
 * import { picturesOf } from '@dl/vision'
 * import { ones } from '@tensorflow/tfjs-core'
 *
 * const images = ones([2, 1, 1, 3])
 * const [first] = await picturesOf(images)
 * first!.data // → 255,255,255
 * images.dispose()
 * ```
 */
export async function picturesOf(images: Tensor): Promise<PixelImage[]> {
  const shape = images instanceof Tensor ? images.shape : []
  const [count = 0, height = 0, width = 0, channels = 0] = shape
  if (shape.length !== 4 || ![1, 3].includes(channels)) {
    throw new DlError('shape-mismatch', {
      problem: `the pictures are ${images instanceof Tensor ? showShape(shape) : showValue(images)}`,
      expected: '[pictures, height, width, 1 or 3]',
    })
  }
  const values = await images.data()
  const bytes = Uint8Array.from(values, value => Math.round(255 * Math.min(1, Math.max(0, value))))
  const size = height * width * channels
  return Array.from({ length: count }, (_, i) => ({
    ...{ width, height, channels },
    data: bytes.subarray(i * size, (i + 1) * size),
  }))
}
