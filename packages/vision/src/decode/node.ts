/**
 * Pictures on Node, by sharp. It decodes on libuv's threads (4, unless `UV_THREADPOOL_SIZE` says
 * otherwise), so training goes on meanwhile.
 */
import { availableParallelism } from 'node:os'
import { DlError } from '@dl/core'
import { decodePng, isPng } from './png'
import { badImage, type DecodeOptions, type Decoder } from './types'

type Sharp = typeof import('sharp').default

export const decoder: Decoder = {
  decode: (bytes, options) => decodeWith(loadSharp, bytes, options),
  // many more than there are threads: their queue must not run dry while JavaScript computes
  workers: 32 * availableParallelism(),
  cacheBytes: 2 ** 30,
}

/** @param load sharp is an optional peer: it may be missing */
export async function decodeWith(
  load: () => Promise<Sharp>,
  bytes: Uint8Array,
  options: Required<DecodeOptions>,
): ReturnType<Decoder['decode']> {
  if (bytes.length === 0) throw badImage(options.name, 'has no bytes')
  const sharp = await load().catch((cause: unknown) => {
    if (isPng(bytes)) return null
    throw new DlError('no-decoder', {
      problem: `${options.name} needs sharp to be decoded, and sharp could not be loaded`,
      expected: 'sharp beside @dl/vision (without it, only PNG files can be read)',
      fix: 'Run `npm install sharp`.',
      cause,
    })
  })
  return sharp === null ? decodePng(bytes, options) : bySharp(sharp, bytes, options)
}

const loadSharp = async (): Promise<Sharp> => (await import('sharp')).default

async function bySharp(sharp: Sharp, bytes: Uint8Array, options: Required<DecodeOptions>) {
  const { side, maxPixels, name } = options
  // photographs with harmless warnings abound; truncated ones are refused
  let image = sharp(bytes, { failOn: 'error', limitInputPixels: maxPixels }).autoOrient()
  if (side !== null) {
    image = image.resize({
      width: side,
      height: side,
      fit: 'outside',
      withoutEnlargement: true,
      // JPEGs by their DCT, then boxes, then a triangle as wide as a pixel: as good as area
      kernel: 'linear',
    })
  }
  try {
    const { data, info } = await image
      .flatten({ background: '#000' })
      .toColourspace('srgb')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true })
    const { width, height, channels } = info
    const pixels = new Uint8Array(data.buffer, data.byteOffset, data.length)
    return { width, height, channels: 3, data: channels === 1 ? tripled(pixels) : pixels }
  } catch (cause) {
    const { message } = cause as Error
    throw badImage(name, `could not be decoded: ${message.trim().replaceAll('\n', '; ')}`, cause)
  }
}

function tripled(grey: Uint8Array): Uint8Array {
  const data = new Uint8Array(grey.length * 3)
  for (let i = 0; i < grey.length; i++) data.fill(grey[i]!, 3 * i, 3 * i + 3)
  return data
}
