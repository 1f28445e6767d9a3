/** Pictures in a page, by the browser's own decoders, in workers. */
import type { PixelImage } from '../pixel-image'
import { formatOf } from './format'
import { headerOf } from './header'
import { inWorkers } from './page-workers'
import { turned } from './turned'
import { badImage, type DecodeOptions, type Decoder } from './types'
import { hideExif } from './webp'

export const decoder: Decoder = {
  decode,
  formats: ['jpeg', 'png', 'webp', 'avif', 'bmp', 'gif'],
  prepare: async () => {},
  workers: 8,
  cacheBytes: 2 ** 28,
}

const read = inWorkers(Math.min(4, globalThis.navigator?.hardwareConcurrency ?? 1))

async function decode(bytes: Uint8Array, options: Required<DecodeOptions>): Promise<PixelImage> {
  const { orientation } = headerOf(bytes, options)
  // a copy: all of an archive may lie behind these bytes, and would go along
  const own = new Uint8Array(bytes)
  // of all that say how they lie, some browsers pass over these
  const isOurs = formatOf(bytes) === 'webp' && orientation > 1
  if (isOurs) hideExif(own)
  try {
    const pixels = { ...(await read(own, options.side)), channels: 3 }
    return isOurs ? turned(pixels, orientation) : pixels
  } catch (cause) {
    throw badImage(options.name, `could not be decoded: ${(cause as Error).message}`, { cause })
  }
}
