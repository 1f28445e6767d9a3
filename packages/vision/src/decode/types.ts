/**
 * What loaders ask of a platform. The import condition `#decode` chooses: @napi-rs/image in Node, the
 * browser's own decoders in a page.
 */
import { DlError } from '@dl/core'
import type { PixelImage } from '../pixel-image'

export interface DecodeOptions {
  /** Shrink to this shorter side while decoding, if the picture is larger (default null: as it is). */
  side?: number | null
  /** Larger pictures are refused: a file of a few bytes can ask for all memory (default 2²⁸). */
  maxPixels?: number
  /** What error messages call it (default 'the picture'). */
  name?: string
}

export interface Decoder {
  /** RGB, upright, 8 bits. */
  decode(bytes: Uint8Array, options: Required<DecodeOptions>): Promise<PixelImage>
  /** How many pictures are best underway at once. */
  readonly workers: number
  /** How many bytes of decoded pictures are kept unless told otherwise. */
  readonly cacheBytes: number
}

/** @param why what was wrong, to follow the picture's name: `has no bytes` */
export const badImage = (name: string, why: string, cause?: unknown): DlError =>
  new DlError('bad-image', {
    problem: `${name} ${why}`,
    expected: 'a whole JPEG, PNG, WebP, GIF or AVIF file',
    fix: "Replace or remove it; onBadImage: 'skip' leaves such pictures out.",
    cause,
  })

export function requirePixels(width: number, height: number, options: Required<DecodeOptions>) {
  if (width * height <= options.maxPixels) return
  throw new DlError('bad-image', {
    problem: `${options.name} has ${width} x ${height} pixels`,
    expected: `at most ${options.maxPixels} in all`,
    fix: 'Shrink it beforehand, or raise maxPixels.',
  })
}

/** The size with this shorter side, or as it is where that would not shrink it. */
export function shrunkTo(
  side: number | null,
  width: number,
  height: number,
): [width: number, height: number] {
  const scale = side === null ? 1 : Math.min(1, side / Math.min(width, height))
  return [Math.round(width * scale), Math.round(height * scale)]
}

/** RGB out of grey, grey and alpha, RGB, or RGB and alpha; what is transparent lies on black. */
export function onBlack(data: Uint8Array, pixels: number): Uint8Array {
  const channels = data.length / pixels
  if (channels === 3) return data
  if (![1, 2, 4].includes(channels)) throw new Error(`it has ${channels} bytes a pixel`)
  const out = new Uint8Array(3 * pixels)
  for (let i = 0; i < pixels; i++) {
    const at = i * channels
    const alpha = channels % 2 === 0 ? data[at + channels - 1]! / 255 : 1
    for (let c = 0; c < 3; c++)
      out[3 * i + c] = Math.round(data[channels < 3 ? at : at + c]! * alpha)
  }
  return out
}
