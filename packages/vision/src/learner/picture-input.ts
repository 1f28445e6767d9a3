/** One picture from wherever a program has it, as pixels for a net. */
import { DlError, showShape, showValue } from '@dl/core'
import { type FileInput, readInput } from '@dl/data'
import { Tensor } from '@tensorflow/tfjs-core'
import { decodeImage } from '../decode/index'
import { onBlack } from '../decode/on-black'
import { checkImage } from '../pictures/check-image'
import type { PixelImage } from '../pixel-image'

/**
 * A picture: the path of a file (in a page its URL), a URL, a Blob, the bytes of a file; pixels; a
 * canvas's `ImageData`; or a tensor of pixels [height, width, channels], with a 1 before them or
 * not: int32 from 0 to 255, as `browser.fromPixels` gives, or float32 from 0 to 1.
 */
export type PictureInput = FileInput | PixelImage | ImageData | Tensor

/**
 * @param side the shorter side a file may be shrunk to while it is decoded
 * @throws DlError `bad-image`, `bad-option` for what is no picture; what reading and decoding throw
 */
export async function pixelsOf(input: PictureInput, side: number | null): Promise<PixelImage> {
  if (input instanceof Tensor) return pixelsOfTensor(input)
  if (isFile(input)) {
    const { bytes, name } = await readInput(input)
    return decodeImage(bytes, { side, name })
  }
  const { width, height, data } = (input ?? {}) as { [name in keyof ImageData]?: unknown }
  if (data instanceof Uint8ClampedArray) {
    const { buffer, byteOffset, length } = data
    const image = { width: width as number, height: height as number, channels: 4 }
    return checked({ ...image, data: new Uint8Array(buffer, byteOffset, length) })
  }
  if (data instanceof Uint8Array) return checked(input as PixelImage)
  throw new DlError('bad-option', {
    problem: `a picture to predict is ${showValue(input)}`,
    expected:
      'a path, a URL, a Blob, the bytes of a file, { width, height, channels, data }, an ImageData or a tensor of pixels',
  })
}

const isFile = (input: unknown): input is FileInput =>
  typeof input === 'string' ||
  [URL, Blob, ArrayBuffer, Uint8Array].some(kind => input instanceof kind)

const checked = (image: PixelImage): PixelImage => {
  checkImage(image)
  return image
}

async function pixelsOfTensor(tensor: Tensor): Promise<PixelImage> {
  const shape = tensor.rank === 4 && tensor.shape[0] === 1 ? tensor.shape.slice(1) : tensor.shape
  const [height, width, channels] = shape as [number, number, number]
  const isPicture = shape.length === 3 && [1, 3, 4].includes(channels) && width * height > 0
  if (!isPicture || tensor.dtype === 'string' || tensor.dtype === 'complex64') {
    throw new DlError('bad-image', {
      problem: `the tensor of a picture is ${tensor.dtype} ${showShape(tensor.shape)}`,
      expected: '[height, width, channels] of one picture, with 1, 3 or 4 channels',
      fix: 'learn.predict(loader) takes batches.',
    })
  }
  const values = await tensor.data<'float32'>()
  const top = tensor.dtype === 'float32' ? 1 : 255
  const odd = values.find(value => !(value >= 0 && value <= top))
  if (odd !== undefined) {
    throw new DlError('bad-image', {
      problem: `the tensor of a picture is ${tensor.dtype} and has a value of ${odd}`,
      expected: 'pixels, int32 from 0 to 255 or float32 from 0 to 1; they are normalised here',
      fix: 'What is normalised already goes to the model itself: model.call(x).',
    })
  }
  const data = Uint8Array.from(values, value => Math.round((255 / top) * value))
  return { width, height, channels, data }
}

/** Of ITU-R 601, as Pillow turns colours to grey. */
const [RED, GREEN, BLUE] = [0.299, 0.587, 0.114]

/** The same picture in grey (1) or RGB (3); what is transparent lies on black. */
export function inChannels(image: PixelImage, channels: number): PixelImage {
  const { width, height, data } = image
  if (image.channels === channels) return image
  const rgb = onBlack(data, width * height)
  if (channels === 3) return { width, height, channels, data: rgb }
  if (channels !== 1) {
    throw new DlError('bad-image', {
      problem: `a picture has ${image.channels} channels`,
      expected: `${channels}, as the net takes them`,
    })
  }
  const grey = Uint8Array.from({ length: width * height }, (_, i) =>
    Math.round(RED * rgb[3 * i]! + GREEN * rgb[3 * i + 1]! + BLUE * rgb[3 * i + 2]!),
  )
  return { width, height, channels, data: grey }
}
