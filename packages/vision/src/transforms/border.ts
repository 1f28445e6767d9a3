/** What is read outside of a picture. */
import { badOption, requireOneOf } from './checks'

/**
 * `reflect` mirrors the picture with its edge repeated (dcba|abcd|dcba), as OpenCV's BORDER_REFLECT
 * and NumPy's `symmetric`; `edge` repeats the last pixel; `zeros` is black.
 */
export type BorderMode = 'reflect' | 'zeros' | 'edge'

export const BORDERS: readonly BorderMode[] = ['reflect', 'zeros', 'edge']

/** In tables of places: nothing is read there, it is black. Sums with it stay negative. */
export const OUTSIDE: number = -(2 ** 30)

/** The place among `length` pixels that is read for `index`, or {@link OUTSIDE}. */
export function borderIndex(mode: BorderMode, index: number, length: number): number {
  if (index >= 0 && index < length) return index
  if (mode === 'zeros') return OUTSIDE
  if (mode === 'edge') return index < 0 ? 0 : length - 1
  const period = 2 * length
  const folded = ((index % period) + period) % period
  return folded < length ? folded : period - 1 - folded
}

/** A picture's surroundings along one axis: a padding, and what lies beyond it. */
export interface Surroundings {
  readonly pad: number
  readonly padMode: BorderMode
  readonly border: BorderMode
}

/** The pixels of a row of `length` that are read at the padded places `from` to `to`. */
export function placesRead(
  length: number,
  { pad, padMode, border }: Surroundings,
  from: number,
  to: number,
): Int32Array {
  return Int32Array.from({ length: to - from + 1 }, (_, i) => {
    const padded = borderIndex(border, from + i, length + 2 * pad)
    return padded < 0 ? OUTSIDE : borderIndex(padMode, padded - pad, length)
  })
}

/** A reflection shows each pixel once: a padding as wide as the picture has nothing left to show. */
export function checkPad(
  owner: string,
  pad: number,
  mode: BorderMode,
  width: number,
  height: number,
): void {
  if (!Number.isSafeInteger(pad) || pad < 0) {
    badOption(owner, `pad ${pad}`, 'an integer of at least 0, in pixels')
  }
  requireOneOf(owner, 'padMode', mode, BORDERS)
  const side = Math.min(width, height)
  if (mode === 'reflect' && pad > 0 && pad >= side) {
    badOption(
      owner,
      `pad ${pad} for pictures of ${width}×${height}`,
      `a reflection of less than ${side} pixels`,
      "Pad less, or with padMode 'edge' or 'zeros'.",
    )
  }
}
