/** From pixels of 0 to 255 to what a net is given. */
import type { ChannelStats } from './image-transforms'
import type { Canvas } from './reading'
import type { Tone } from './transform'

/** Pixels v (0 to 255) become clip(v · gain + offset, 0, 1). */
export interface Line {
  readonly gain: number
  readonly offset: number
}

const PLAIN: Line = { gain: 1 / 255, offset: 0 }

/** A tone about the mean of this picture. */
export function lineOf(tone: Tone | null, { data }: Canvas): Line {
  if (tone === null) return PLAIN
  let sum = 0
  for (let i = 0; i < data.length; i++) sum += data[i]!
  const mean = sum / data.length / 255
  return {
    gain: tone.contrast / 255,
    offset: mean * (1 - tone.contrast) + tone.brightness,
  }
}

export interface Normaliser {
  /** What black becomes, for each channel. */
  readonly black: Float32Array
  /** Writes the coloured, normalised pixels of `canvas` to `out`. */
  apply(canvas: Canvas, tone: Tone | null, out: Float32Array): void
}

export function normaliser({ mean, std }: ChannelStats): Normaliser {
  const channels = mean.length
  const value = (v: number, { gain, offset }: Line, c: number): number =>
    (Math.min(1, Math.max(0, v * gain + offset)) - mean[c]!) / std[c]!
  /** [256, channels]: all a byte can become. */
  const table = (line: Line): Float32Array =>
    Float32Array.from({ length: 256 * channels }, (_, i) =>
      value(Math.floor(i / channels), line, i % channels),
    )
  const plain = table(PLAIN)
  return {
    black: Float32Array.from(mean, (m, c) => -m / std[c]!),
    apply(canvas, tone, out) {
      const { data } = canvas
      const line = lineOf(tone, canvas)
      if (data instanceof Uint8Array) {
        const values = tone ? table(line) : plain
        for (let i = 0; i < data.length; i += channels) {
          for (let c = 0; c < channels; c++) out[i + c] = values[data[i + c]! * channels + c]!
        }
      } else {
        for (let i = 0; i < data.length; i += channels) {
          for (let c = 0; c < channels; c++) out[i + c] = value(data[i + c]!, line, c)
        }
      }
    },
  }
}
