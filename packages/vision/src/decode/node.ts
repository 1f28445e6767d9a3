/**
 * Pictures on Node, by @napi-rs/image. It decodes on libuv's threads (4, unless `UV_THREADPOOL_SIZE`
 * says otherwise), so training goes on meanwhile, and small pictures cost it next to nothing.
 */
import { availableParallelism } from 'node:os'
import { DlError } from '@dl/core'
import { imageSize } from 'image-size'
import type { PixelImage } from '../pixel-image'
import { decodePng, isPng } from './png'
import {
  badImage,
  type DecodeOptions,
  type Decoder,
  onBlack,
  requirePixels,
  shrunkTo,
} from './types'

type Library = typeof import('@napi-rs/image')

export const decoder: Decoder = {
  decode: (bytes, options) => decodeWith(() => import('@napi-rs/image'), bytes, options),
  // more than there are threads: their queue must not run dry while JavaScript computes
  workers: 8 * availableParallelism(),
  cacheBytes: 2 ** 30,
}

/** @param load the decoder is an optional peer: it may be missing */
export async function decodeWith(
  load: () => Promise<Library>,
  bytes: Uint8Array,
  options: Required<DecodeOptions>,
): Promise<PixelImage> {
  const { name, side } = options
  const [width, height] = uprightSize(bytes, name)
  requirePixels(width, height, options)
  if (isJpeg(bytes) && !hasEnd(bytes))
    throw badImage(name, 'could not be decoded: its end is missing')
  const library = await load().catch((cause: unknown) => {
    if (isPng(bytes)) return null
    throw new DlError('no-decoder', {
      problem: `${name} needs @napi-rs/image to be decoded, which could not be loaded`,
      expected: '@napi-rs/image beside @dl/vision (without it, only PNG files can be read)',
      fix: 'Run `npm install @napi-rs/image`.',
      cause,
    })
  })
  if (library === null || isDeepPng(bytes)) return decodePng(bytes, options)
  const size = shrunkTo(side, width, height)
  try {
    const data = await pixels(library, bytes, [width, height], size)
    return { width: size[0], height: size[1], channels: 3, data: onBlack(data, size[0] * size[1]) }
  } catch (cause) {
    throw badImage(name, `could not be decoded: ${(cause as Error).message}`, cause)
  }
}

type Size = readonly [width: number, height: number]

async function pixels(
  { FastResizeFilter, Transformer }: Library,
  bytes: Uint8Array,
  from: Size,
  [width, height]: Size,
): Promise<Uint8Array> {
  const picture = new Transformer(bytes).rotate()
  if (width !== from[0] || height !== from[1]) {
    // the mean of what a pixel covers where that is several; else boxes would be of one or two
    const filter = from[0] >= 2 * width ? FastResizeFilter.Box : FastResizeFilter.Bilinear
    picture.fastResize({ width, height, filter })
  }
  const { buffer, byteOffset, length } = await picture.rawPixels()
  // no Buffer, whose methods differ
  return new Uint8Array(buffer, byteOffset, length)
}

/** Read from the header alone, before anything is unpacked. */
function uprightSize(bytes: Uint8Array, name: string): [width: number, height: number] {
  if (bytes.length === 0) throw badImage(name, 'has no bytes')
  try {
    const { width, height, orientation = 1 } = imageSize(bytes)
    return orientation > 4 ? [height, width] : [width, height]
  } catch (cause) {
    throw badImage(name, `could not be decoded: ${(cause as Error).message}`, cause)
  }
}

const isJpeg = (bytes: Uint8Array): boolean => bytes[0] === 0xff && bytes[1] === 0xd8

/** How far before the end of a file its last marker is looked for; some cameras write more behind it. */
const TAIL = 4096

/** The decoder fills what is missing of a JPEG with grey, and says nothing. */
function hasEnd(bytes: Uint8Array): boolean {
  for (let i = bytes.length - 1; i > Math.max(1, bytes.length - TAIL); i--) {
    if (bytes[i] === 0xd9 && bytes[i - 1] === 0xff) return true
  }
  return false
}

/** The byte of the header that tells the bits of a sample. */
const DEPTH_AT = 24

const isDeepPng = (bytes: Uint8Array): boolean => isPng(bytes) && bytes[DEPTH_AT]! > 8
