/** Means and deviations of numbers that come in pieces (Chan, Golub, LeVeque, 1979). */
import type { ChannelStats } from '../transforms/image-transforms'

/** Float64; each piece twice, so that nothing is lost where deviations are small. */
export class Moments {
  #count = 0
  readonly #mean: Float64Array
  /** Sums of squared deviations. */
  readonly #squares: Float64Array

  constructor(readonly channels: number) {
    this.#mean = new Float64Array(channels)
    this.#squares = new Float64Array(channels)
  }

  /** @param values [..., channels] */
  add(values: Uint8Array | Float32Array | Int32Array): void {
    const { channels } = this
    const count = values.length / channels
    if (count === 0) return
    const all = this.#count + count
    for (let c = 0; c < channels; c++) {
      let sum = 0
      for (let i = c; i < values.length; i += channels) sum += values[i]!
      const mean = sum / count
      let squares = 0
      for (let i = c; i < values.length; i += channels) squares += (values[i]! - mean) ** 2
      const apart = mean - this.#mean[c]!
      this.#mean[c]! += (apart * count) / all
      this.#squares[c]! += squares + (apart ** 2 * this.#count * count) / all
    }
    this.#count = all
  }

  /** @param scale of the numbers: 255 for bytes that mean 0 to 1 */
  stats(scale: number): ChannelStats {
    return {
      mean: Array.from(this.#mean, mean => mean / scale),
      std: Array.from(this.#squares, squares => Math.sqrt(squares / this.#count) / scale),
    }
  }
}
