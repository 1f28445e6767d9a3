/** Axes: from data to pixels, and the round numbers written beside them. Pure functions. */
import { shortNumber } from '../progress/format'

export type ScaleKind = 'linear' | 'log'

/** Maps [low, high] to [0, 1]. */
export interface Scale {
  readonly low: number
  readonly high: number
  at(value: number): number
  /** Round values inside [low, high]. */
  readonly ticks: readonly number[]
  label(tick: number): string
}

/** A scale over [low, high]; logarithmic ones need low > 0. About `count` ticks. */
export function scale(kind: ScaleKind, low: number, high: number, count: number): Scale {
  if (high - low <= 1e-9 * Math.max(Math.abs(low), Math.abs(high))) {
    // a flat line still deserves an axis, and one bent by rounding alone is flat
    const pad = low === 0 ? 1 : Math.abs(low) * 0.1
    return kind === 'log'
      ? scale(kind, low / 2, high * 2, count)
      : scale(kind, low - pad, high + pad, count)
  }
  if (kind === 'log') {
    const from = Math.log(low)
    const span = Math.log(high) - from
    return {
      low,
      high,
      at: value => (Math.log(value) - from) / span,
      ticks: logTicks(low, high, count),
      label: shortNumber,
    }
  }
  const step = niceStep((high - low) / count)
  const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9))
  const ticks: number[] = []
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i++)
    ticks.push(i * step)
  return {
    low,
    high,
    at: value => (value - low) / (high - low),
    ticks,
    label: tick => linearLabel(tick, step, digits),
  }
}

/** The smallest of 1, 2, 5 times a power of ten that is at least `step`. */
export function niceStep(step: number): number {
  const power = 10 ** Math.floor(Math.log10(step))
  const factor = [1, 2, 5, 10].find(f => f * power >= step * (1 - 1e-9)) ?? 10
  return factor * power
}

function logTicks(low: number, high: number, count: number): number[] {
  const decades = Math.log10(high / low)
  const factors = decades < 1.5 ? [1, 2, 3, 5] : decades < 3 ? [1, 3] : [1]
  const stride = Math.max(1, Math.ceil(decades / count))
  const ticks: number[] = []
  for (let e = Math.floor(Math.log10(low)); e <= Math.ceil(Math.log10(high)); e += stride) {
    for (const factor of factors) {
      // through text, for 1e-5 rather than 0.000009999999999999999
      const tick = Number(`${factor}e${e}`)
      if (tick >= low * (1 - 1e-9) && tick <= high * (1 + 1e-9)) ticks.push(tick)
    }
  }
  return ticks
}

function linearLabel(tick: number, step: number, digits: number): string {
  if (Math.abs(tick) < step * 1e-6) return '0'
  if (digits > 4) return shortNumber(tick)
  if (Math.abs(tick) >= 1e6) return shortNumber(tick)
  return tick.toFixed(digits).replace(/\B(?=(\d{3})+$)/g, digits === 0 ? '\u2009' : '')
}
