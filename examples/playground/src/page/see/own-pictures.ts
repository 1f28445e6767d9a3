/** Pictures of the reader's, out of files, as small squares. */
import { DlError } from '@dl/core'
import type { PixelImage } from '@dl/vision'
import type { OwnPictures } from './protocol'

export const SIDE = 64
export const LARGE_SIDE = 224
const LEAST_OF_EACH = 5
const MOST_FILES = 2000

/** The middle of a picture. @throws DlError `bad-image` for a file that is none */
export async function pictureOf(file: File, side = SIDE): Promise<PixelImage> {
  const bitmap = await createImageBitmap(file).catch(() => null)
  if (bitmap === null) {
    throw new DlError('bad-image', {
      problem: `${file.name} is no picture that this browser can decode`,
      expected: 'PNG, JPEG, WebP, AVIF, GIF or BMP',
    })
  }
  return squareOf(bitmap, bitmap, side)
}

/** @param from size of the source */
export function squareOf(
  source: CanvasImageSource,
  from: { width: number; height: number },
  to = SIDE,
): PixelImage {
  const canvas = new OffscreenCanvas(to, to)
  const context = canvas.getContext('2d', { willReadFrequently: true })!
  const side = Math.min(from.width, from.height)
  const [x, y] = [(from.width - side) / 2, (from.height - side) / 2]
  context.imageSmoothingQuality = 'high'
  context.drawImage(source, x, y, side, side, 0, 0, to, to)
  const { data: rgba } = context.getImageData(0, 0, to, to)
  const data = new Uint8Array(3 * to * to)
  for (let i = 0; i < to * to; i++) data.set(rgba.subarray(4 * i, 4 * i + 3), 3 * i)
  return { width: to, height: to, channels: 3, data }
}

/**
 * A class for each folder that has pictures. Files that are none are left out, and named.
 *
 * @throws DlError `bad-pictures` for less than two classes or too few of one
 */
export async function picturesOf(
  files: readonly { file: File; folder: string }[],
): Promise<{ own: OwnPictures; leftOut: string[] }> {
  const own: OwnPictures = { classes: [], images: [], labels: [] }
  const leftOut: string[] = []
  for (const { file, folder } of files.slice(0, MOST_FILES)) {
    if (file.name.startsWith('.')) continue
    try {
      const image = await pictureOf(file)
      if (!own.classes.includes(folder)) own.classes.push(folder)
      own.images.push(image)
      own.labels.push(own.classes.indexOf(folder))
    } catch (error) {
      if (!DlError.is(error)) throw error
      leftOut.push(file.name)
    }
  }
  requireEnough(own)
  return { own, leftOut }
}

export function requireEnough({ classes, labels }: OwnPictures): void {
  const counts = classes.map((name, i) => ({
    name,
    count: labels.filter(label => label === i).length,
  }))
  const few = counts.find(({ count }) => count < LEAST_OF_EACH)
  if (classes.length >= 2 && few === undefined) return
  throw new DlError('bad-pictures', {
    problem:
      few && classes.length >= 2
        ? `${few.name} has ${few.count} pictures`
        : `the pictures are of ${classes.length === 1 ? `one class, ${classes[0]}` : 'no class'}`,
    expected: `two classes at least, a folder each, with ${LEAST_OF_EACH} pictures or more`,
  })
}
