/** How progress prints numbers and times. Pure functions. */

/** Seconds as `0:07`, `12:30` or `1:02:03`. */
export function clockTime(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds))
  const pad = (value: number): string => String(value).padStart(2, '0')
  const minutes = Math.floor(whole / 60)
  if (minutes < 60) return `${minutes}:${pad(whole % 60)}`
  return `${Math.floor(minutes / 60)}:${pad(minutes % 60)}:${pad(whole % 60)}`
}

/** A learning rate: three digits, and no more zeros than needed. */
export function shortNumber(value: number): string {
  if (value === 0 || !Number.isFinite(value)) return String(value)
  const size = Math.abs(value)
  if (size >= 1e-3 && size < 1e5) return String(Number(value.toPrecision(3)))
  return value.toExponential(2).replace(/\.?0+e/, 'e')
}

/** Batches per second, or seconds per batch where they are slow. */
export const rate = (secondsPerBatch: number): string =>
  secondsPerBatch > 1
    ? `${secondsPerBatch.toFixed(1)} s/batch`
    : `${(1 / secondsPerBatch).toFixed(secondsPerBatch > 0.1 ? 1 : 0)} batches/s`

/** A cell of the results table. */
export const cell = (value: number | undefined): string =>
  value === undefined ? '' : value.toFixed(6)

/** The lesson writes `trn_loss`; the programs write `trnLoss`. */
export const snakeCase = (name: string): string =>
  name.replace(/[a-z0-9][A-Z]/g, pair => `${pair[0]}_${pair[1]!.toLowerCase()}`)
