/** Colours for values, as matplotlib has them: tables of 256. */
import { DlError } from '@dl/core'

export type ColormapName = keyof typeof MAPS

/** A rising line for each channel: where it starts and ends, and its value at the start. */
const HOT = [
  [0, 0.365079, 0.0416],
  [0.365079, 0.746032, 0],
  [0.746032, 1, 0],
] as const

/** Every fifteenth colour of matplotlib's viridis; a line between them is at most 5 of 255 off. */
const VIRIDIS =
  '440154471669472a79433c843c4d8a355d8c2e6c8e287a8e23898d' +
  '1e978a20a5852eb27c45bf6f64cb5d88d547afdc2ed7e219fde724'

type Rgb = (value: number) => readonly number[]

const MAPS = {
  /** Black, red, yellow, white. */
  hot: value => HOT.map(([from, to, start]) => 255 * (start + (1 - start) * ramp(value, from, to))),
  /** Dark blue to yellow, equally steep to the eye, also to the colour-blind. */
  viridis(value) {
    const colours = VIRIDIS.length / 6 - 1
    const below = Math.min(colours - 1, Math.floor(value * colours))
    const channel = (colour: number, i: number) =>
      Number.parseInt(VIRIDIS.slice(6 * colour + 2 * i, 6 * colour + 2 * i + 2), 16)
    const share = value * colours - below
    return [0, 1, 2].map(i => channel(below, i) * (1 - share) + channel(below + 1, i) * share)
  },
  gray: value => [255 * value, 255 * value, 255 * value],
} satisfies Record<string, Rgb>

const ramp = (value: number, from: number, to: number): number =>
  Math.max(0, Math.min(1, (value - from) / (to - from)))

/**
 * The 256 colours of a map, [256, 3], from the lowest value to the highest: 'hot' (black, red,
 * yellow, white), 'viridis' or 'gray'.
 *
 * @throws DlError `bad-option`
 *
 * @example
 * ```ts
 * import { colormap } from '@dl/vision'
 *
 * const hot = colormap('hot')
 * hot.subarray(0, 3) // → 10,0,0
 * hot.subarray(3 * 128, 3 * 129) // → 255,91,0
 * ```
 */
export function colormap(name: ColormapName): Uint8Array {
  if (!Object.hasOwn(MAPS, name)) {
    throw new DlError('bad-option', {
      problem: `there is no colour map '${name}'`,
      expected: `one of ${Object.keys(MAPS).join(', ')}`,
    })
  }
  // a hair up, for what is an integer but for rounding
  return Uint8Array.from(
    Array.from({ length: 256 }, (_, i) => MAPS[name](i / 255)).flat(),
    value => value + 1e-9,
  )
}
