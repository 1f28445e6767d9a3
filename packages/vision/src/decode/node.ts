/**
 * Pictures on Node, by @napi-rs/image. It decodes on libuv's threads (4, unless `UV_THREADPOOL_SIZE`
 * says otherwise), so training goes on meanwhile, and small pictures cost it next to nothing.
 */
import { availableParallelism } from 'node:os'
import { DlError } from '@dl/core'
import type { FastResizeFilter } from '@napi-rs/image'
import type { PixelImage } from '../pixel-image'
import { formatOf } from './format'
import { type Header, headerOf } from './header'
import { isJpeg } from './jpeg'
import { onBlack } from './on-black'
import { decodePng } from './png'
import { badImage, type DecodeOptions, type Decoder, shrunkTo } from './types'

type Library = typeof import('@napi-rs/image')

const load = () => import('@napi-rs/image')

export const decoder: Decoder = {
  decode: (bytes, options) => decodeWith(load, bytes, options),
  formats: ['jpeg', 'png', 'webp', 'avif', 'bmp', 'tiff', 'pnm'],
  async prepare(formats) {
    for (const format of formats) {
      if (format !== 'png')
        return void (await libraryFor(`a picture of the format ${format}`, load))
    }
  },
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
  const header = headerOf(bytes, options)
  const library = await libraryFor(name, load).catch((error: DlError) => {
    if (formatOf(bytes) === 'png') return null
    throw error
  })
  try {
    if (library === null) return decodePng(bytes, header.orientation, side)
    return await pixels(library, bytes, header, side)
  } catch (cause) {
    throw badImage(name, `could not be decoded: ${(cause as Error).message}`, { cause })
  }
}

function libraryFor(name: string, load: () => Promise<Library>): Promise<Library> {
  return load().catch((cause: unknown) => {
    throw new DlError('no-decoder', {
      problem: `${name} needs @napi-rs/image to be decoded, which could not be loaded`,
      expected: '@napi-rs/image beside @dl/vision (without it, only PNG files can be read)',
      fix: 'Run `npm install @napi-rs/image`.',
      cause,
    })
  })
}

async function pixels(
  { Transformer }: Library,
  bytes: Uint8Array,
  { width: fromWidth, height: fromHeight, orientation }: Header,
  side: number | null,
): Promise<PixelImage> {
  const picture = new Transformer(bytes)
  if (orientation > 1) picture.rotate(orientation)
  const [width, height] = shrunkTo(side, fromWidth, fromHeight)
  if (width !== fromWidth || height !== fromHeight) {
    // the mean of what a pixel covers where that is several; else boxes would be of one or two
    const filter = fromWidth >= 2 * width ? BOX : BILINEAR
    picture.fastResize({ width, height, filter })
  }
  const { buffer, byteOffset, byteLength } = await picture.rawPixels()
  // asking takes time, and JPEG files have 8 bits
  const isDeep = !isJpeg(bytes) && (await picture.metadata()).colorType >= FIRST_DEEP
  // no Buffer, whose methods differ
  const values = isDeep
    ? new Uint16Array(buffer.slice(byteOffset, byteOffset + byteLength))
    : new Uint8Array(buffer, byteOffset, byteLength)
  return { width, height, channels: 3, data: onBlack(values, width * height) }
}

/** The library's numbers of filters: its enum has types alone and is empty when the program runs. */
const [BOX, BILINEAR]: readonly FastResizeFilter[] = [0, 1]

/** The library's number for grey of 16 bits; all before it have 8. */
const FIRST_DEEP = 4
