/**
 * What a run looks like while it runs: a bar for the epoch in progress and a table of the finished
 * ones. Where lines cannot be redrawn (a log file, CI, a page's console) it writes plain lines.
 */
import { checkOptions } from '@dl/core'
import { checkFlag, checkHandler, checkStream } from '../checks'
import type { Callback, TrainContext } from '../protocol'
import { drawBar } from './bar'
import { cell, clockTime, rate, shortNumber, snakeCase } from './format'
import { canRedraw, defaultStream, type TextStream, wantsColor } from './stream'

export interface ProgressOptions {
  /** Default: standard error, or the console where there is none. */
  stream?: TextStream
  /** Default: on a terminal, unless the variable NO_COLOR is set. */
  color?: boolean
  /** Milliseconds on a clock that only goes forward (default `performance.now`). */
  now?(): number
}

/** Milliseconds between two drawings of the bar. */
const REDRAW = 100
/** Milliseconds, and the part of an epoch, between two plain lines. */
const PLAIN_PAUSE = 10_000
const PLAIN_PART = 0.1
const CLEAR = '\r\x1b[2K'
const COLUMN = 10

/**
 * Shows a bar (batches done, rate, time left, smoothed loss, lr) and a row of results per epoch.
 *
 * @example
 * ```ts
 * import { progress } from '@dl/callbacks'
 *
 * const lines: string[] = []
 * const callback = progress({ stream: { write: text => lines.push(text) } })
 * callback.name // → progress
 * ```
 */
export function progress(options: ProgressOptions = {}): Callback {
  checkOptions('progress', options, ['color', 'now', 'stream'])
  const { stream = defaultStream(), now = () => performance.now() } = options
  checkStream('progress', stream)
  checkHandler('progress', 'now', now)
  const { color = wantsColor(stream) } = options
  checkFlag('progress', 'color', color)
  const redraws = canRedraw(stream)
  const dim = (text: string): string => (color ? `\x1b[2m${text}\x1b[22m` : text)

  let header = ''
  let notes: string[] = []
  let epochStart = 0
  let lastBatch = 0
  let pace = runningMean(0.95)
  let drawnAt = Number.NEGATIVE_INFINITY
  let drawnPart = 0
  let visible = false

  const erase = (): void => {
    if (visible) stream.write(CLEAR)
    visible = false
  }

  const show = (label: string, done: number | null, facts: readonly string[]): void => {
    // some terminals do not know their width and say 0
    stream.write(CLEAR + drawBar({ label, done, facts }, stream.columns || 80, color))
    visible = true
  }

  const drawBatch = (ctx: TrainContext): void => {
    const { batch, batchesInEpoch } = ctx
    const known = Number.isFinite(batchesInEpoch)
    const left = clockTime((pace.value() / 1000) * (batchesInEpoch - batch))
    const count = `${batch}/${batchesInEpoch}`.padStart(2 * String(batchesInEpoch).length + 1)
    const loss = `loss ${ctx.smoothLoss.toFixed(4)}`
    const facts = [
      known ? count : `batch ${batch}`,
      loss,
      ...(known ? [`${left} left`] : []),
      `lr ${shortNumber(ctx.lr).padEnd(7)}`,
      rate(pace.value() / 1000),
    ]
    if (redraws) show(epochLabel(ctx), known ? batch / batchesInEpoch : null, facts)
    else stream.write(`${[epochLabel(ctx), ...facts].join('  ')}\n`)
    drawnAt = now()
    drawnPart = batch / batchesInEpoch
  }

  // of an epoch whose length nobody knows there are no parts
  const isFurther = (part: number): boolean => part === 0 || part - drawnPart >= PLAIN_PART

  return {
    name: 'progress',

    onTrainBegin() {
      header = ''
    },

    onEpochBegin() {
      epochStart = lastBatch = drawnAt = now()
      drawnPart = 0
      notes = []
      pace = runningMean(0.95)
      if (redraws) drawnAt -= REDRAW
    },

    onBatchEnd(ctx) {
      pace.add(now() - lastBatch)
      lastBatch = now()
      const part = ctx.batch / ctx.batchesInEpoch
      const due = redraws
        ? lastBatch - drawnAt >= REDRAW || part === 1
        : lastBatch - drawnAt >= PLAIN_PAUSE && isFurther(part) && part < 1
      if (due) drawBatch(ctx)
    },

    onCycleEnd(_ctx, cycle) {
      notes.push(`cycle ${cycle} ends`)
    },

    onValidationBegin(ctx) {
      if (redraws) show(epochLabel(ctx), 1, ['validating'])
    },

    onEpochEnd(ctx) {
      erase()
      const columns = { trnLoss: ctx.smoothLoss, ...ctx.metrics }
      const names = ['epoch', ...Object.keys(columns).map(snakeCase), 'time']
      const widths = names.map((name, i) => (i === 0 ? 5 : Math.max(COLUMN, name.length)))
      const line = (cells: readonly string[]): string =>
        cells.map((text, i) => text.padStart(widths[i]!)).join('  ')
      // printed once, and again should the columns change
      if (line(names) !== header) {
        header = line(names)
        stream.write(`${dim(header)}\n`)
      }
      const time = clockTime((now() - epochStart) / 1000)
      const row = line([String(ctx.epoch), ...Object.values(columns).map(cell), time])
      stream.write(notes.length > 0 ? `${row}  ${dim(notes.join(', '))}\n` : `${row}\n`)
    },

    onTrainEnd: erase,
  }
}

const epochLabel = ({ epoch, epochs }: TrainContext): string =>
  `epoch ${epoch} (${epoch + 1}/${epochs})`

/** A debiased running mean, in which the slow first batch is soon forgotten. */
function runningMean(keep: number) {
  let sum = 0
  let weight = 0
  return {
    add(value: number): void {
      sum = keep * sum + (1 - keep) * value
      weight = keep * weight + (1 - keep)
    },
    value: (): number => (weight === 0 ? 0 : sum / weight),
  }
}
