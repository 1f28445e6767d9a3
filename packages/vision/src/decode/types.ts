/**
 * What loaders ask of a platform. The import condition `#decode` chooses: @napi-rs/image in Node, the
 * browser's own decoders in a page.
 */
import { DlError } from '@dl/core'
import type { PixelImage } from '../pixel-image'
import type { PictureFormat } from './format'

export interface DecodeOptions {
  /** Shrink to this shorter side while decoding, if the picture is larger (default null: as it is). */
  side?: number | null
  /**
   * Larger pictures are refused: a file of a few bytes can ask for all memory (default 2²⁶). One that
   * takes more than 16 bytes a pixel while it is decoded counts for more: AVIF, TIFF, 16 bits.
   */
  maxPixels?: number
  /** What error messages call it (default 'the picture'). */
  name?: string
}

export interface Decoder {
  /** What it decodes. */
  readonly formats: readonly PictureFormat[]
  /** @throws DlError `no-decoder` where something is missing for these */
  prepare(formats: ReadonlySet<PictureFormat>): Promise<void>
  /** RGB, upright, 8 bits. */
  decode(bytes: Uint8Array, options: Required<DecodeOptions>): Promise<PixelImage>
  /** How many pictures are best underway at once. */
  readonly workers: number
  /** How many bytes of decoded pictures are kept unless told otherwise. */
  readonly cacheBytes: number
}

/**
 * @param why what was wrong, to follow the picture's name: `has no bytes`
 * @param about the cause, and what else to do
 */
export const badImage = (
  name: string,
  why: string,
  { cause, fix = 'Replace or remove it' }: { cause?: unknown; fix?: string } = {},
): DlError =>
  new DlError('bad-image', {
    problem: `${name} ${why}`,
    expected: 'a whole JPEG, PNG, WebP or AVIF file',
    fix: `${fix.replace(/\.$/, '')}; onBadImage: 'skip' leaves such pictures out.`,
    cause,
  })

/** The size with this shorter side, or as it is where that would not shrink it. */
export function shrunkTo(
  side: number | null,
  width: number,
  height: number,
): [width: number, height: number] {
  const scale = side === null ? 1 : Math.min(1, side / Math.min(width, height))
  return [Math.round(width * scale), Math.round(height * scale)]
}
