/** A quantity to judge a run by, and which way is better. */
import { DlError, showValue } from '@dl/core'
import { badOption } from './bad-option'
import type { TrainContext } from './protocol'

export interface MonitorOptions {
  /** `trnLoss` (smoothed), `valLoss` (the default), or the name of a metric. */
  monitor?: string
  /** Whether small or large is good; to be given unless the name ends in "loss", where small is. */
  mode?: 'min' | 'max'
}

export interface Monitor {
  readonly name: string
  readonly mode: 'min' | 'max'
  /** The quantity now, after validation. */
  read(ctx: TrainContext): number
  /** Whether `value` is better than `best` by more than `margin`. NaN never is. */
  better(value: number, best: number | null, margin?: number): boolean
  /** What a checkpoint says of it. */
  readonly options: { readonly monitor: string; readonly mode: 'min' | 'max' }
  /** Whether a checkpoint's values are of this quantity, and can be compared with its. */
  isOf(options: { monitor?: unknown; mode?: unknown } | undefined): boolean
}

/** `owner` is whom errors name. */
export function monitored(owner: string, { monitor = 'valLoss', mode }: MonitorOptions): Monitor {
  if (typeof monitor !== 'string' || monitor === '') {
    const words = "trnLoss, valLoss or a metric's name"
    badOption(owner, `monitor is ${showValue(monitor)}`, words)
  }
  const direction = mode ?? (/loss$/i.test(monitor) ? 'min' : undefined)
  if (direction === undefined) {
    badOption(
      owner,
      `monitor is ${JSON.stringify(monitor)} without a mode`,
      "mode: 'min' or mode: 'max'",
    )
  }
  if (direction !== 'min' && direction !== 'max') {
    badOption(owner, `mode is ${showValue(direction)}`, "'min' or 'max'")
  }
  return {
    name: monitor,
    mode: direction,
    read({ smoothLoss, metrics }) {
      const known: Readonly<Record<string, number>> = { trnLoss: smoothLoss, ...metrics }
      if (Object.hasOwn(known, monitor)) return known[monitor]!
      throw new DlError('unknown-metric', {
        problem: `${owner} monitors ${JSON.stringify(monitor)}, which this run does not have`,
        expected: `one of ${Object.keys(known).join(', ')}`,
        ...(monitor === 'valLoss' ? { fix: "Give validation data, or monitor: 'trnLoss'." } : {}),
      })
    },
    better(value, best, margin = 0) {
      if (!Number.isFinite(value)) return false
      if (best === null) return true
      return direction === 'min' ? value < best - margin : value > best + margin
    },
    options: { monitor, mode: direction },
    isOf: options => options?.monitor === monitor && options.mode === direction,
  }
}
