/** Pictures in a page, by the browser's own decoders, in workers. */
import type { PixelImage } from '../pixel-image'
import { headerOf } from './header'
import { inWorkers } from './page-workers'
import { badImage, type DecodeOptions, type Decoder } from './types'

export const decoder: Decoder = {
  decode,
  workers: 8,
  cacheBytes: 2 ** 28,
}

const read = inWorkers(Math.min(4, globalThis.navigator?.hardwareConcurrency ?? 1))

async function decode(bytes: Uint8Array, options: Required<DecodeOptions>): Promise<PixelImage> {
  headerOf(bytes, options)
  try {
    // a copy: all of an archive may lie behind these bytes, and would go along
    const { width, height, data } = await read(new Uint8Array(bytes), options.side)
    return { width, height, channels: 3, data }
  } catch (cause) {
    throw badImage(options.name, `could not be decoded: ${(cause as Error).message}`, cause)
  }
}
