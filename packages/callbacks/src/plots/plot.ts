/** Pictures of a run: its losses and its learning rate, as files and in the terminal. */
import { checkOptions } from '@dl/core'
import { files } from '@dl/data'
import { checkFlag, checkStream, checkText } from '../checks'
import { type LossRecorder, lossRecorder } from '../loss-recorder'
import type { LrFinder } from '../lr-finder/lr-finder'
import { defaultStream, type TextStream } from '../progress/stream'
import type { Callback, LayerOptimizerLike, TrainContext } from '../protocol'
import { type BrailleOptions, brailleChart } from './braille'
import type { Mark, Series } from './series'
import { lineChartSvg } from './svg'

export interface PlotOptions {
  /** What the files' names start with (default `runs/`); `false` writes none. */
  path?: string | false
  /** Above the charts. */
  title?: string
  /** Whether the loss is drawn in the terminal at the end (default true). */
  print?: boolean
  /** Where it is drawn (default: standard error). */
  stream?: TextStream
  /** Whose momentum is drawn, too, where it varies. */
  optimizer?: Pick<LayerOptimizerLike, 'mom'>
  /** Whose curve is drawn instead: for the run of an LR finder. */
  finder?: LrFinder
}

export interface Plot extends Callback {
  /** The files of the last run. */
  readonly paths: readonly string[]
  readonly recorder: LossRecorder
  lossSvg(): string
  lrSvg(): string
  /** Null where momentum did not vary, or was not recorded. */
  momentumSvg(): string | null
  /** The loss (or the finder's curve) as text for a terminal. */
  toString(options?: BrailleOptions): string
}

/** More marks than this would hide the curves. */
const MAX_LABELS = 12

/**
 * Writes `<path>loss.svg` and `<path>lr.svg` when training ends, also when it ends early; with an
 * `optimizer` whose momentum varies `<path>momentum.svg`, too. With a `finder` it writes
 * `<path>lr-finder.svg` alone.
 *
 * @example
 * ```ts
 * import { plot } from '@dl/callbacks'
 *
 * const picture = plot({ path: 'runs/char-' }) // runs/char-loss.svg and runs/char-lr.svg
 * picture.paths.length // → 0
 * ```
 */
export function plot(options: PlotOptions = {}): Plot {
  const {
    path = 'runs/',
    title,
    print = true,
    stream = defaultStream(),
    optimizer,
    finder,
  } = checkOptions('plot', options, ['finder', 'optimizer', 'path', 'print', 'stream', 'title'])
  if (path !== false) checkText('plot', 'path', path)
  if (title !== undefined) checkText('plot', 'title', title)
  checkFlag('plot', 'print', print)
  checkStream('plot', stream)
  const recorder = lossRecorder(optimizer ? { optimizer } : {})
  let paths: string[] = []
  const named = (what: string): string =>
    title === undefined ? what : `${title}: ${what.toLowerCase()}`
  const byBatch = (what: string, yLabel: string, y: readonly number[]): string =>
    lineChartSvg([{ label: what.toLowerCase(), y }], {
      title: named(what),
      xLabel: 'batches',
      yLabel,
      marks: cycleMarks(recorder),
    })

  const callback: Plot = {
    ...pick(recorder),
    name: 'plot',
    recorder,
    get paths() {
      return paths
    },
    lossSvg: () =>
      lineChartSvg(lossSeries(recorder), {
        title: named('Loss'),
        xLabel: 'batches',
        yLabel: 'loss',
        marks: cycleMarks(recorder),
      }),
    lrSvg: () => byBatch('Learning rate', 'lr', recorder.lrs),
    momentumSvg: () =>
      new Set(recorder.moms).size > 1 ? byBatch('Momentum', 'momentum', recorder.moms) : null,
    toString: options =>
      finder
        ? (finder.result?.toString(options) ?? 'the LR finder found nothing')
        : brailleChart(lossSeries(recorder), options),

    async onTrainEnd() {
      paths = []
      if (recorder.losses.length === 0) return
      if (print) stream.write(`\n${callback}\n`)
      if (path === false) return
      const charts = finder
        ? { 'lr-finder': finder.result?.svg({ title: named('Learning rate finder') }) ?? null }
        : { loss: callback.lossSvg(), lr: callback.lrSvg(), momentum: callback.momentumSvg() }
      for (const [what, svg] of Object.entries(charts)) {
        if (svg === null) continue
        await files.writeAtomic(`${path}${what}.svg`, svg)
        paths.push(`${path}${what}.svg`)
      }
    },
  }
  return callback
}

/** The handlers of the recorder inside; its arrays stay behind getters of their own. */
function pick(recorder: LossRecorder) {
  return {
    onTrainBegin: (ctx: TrainContext) => recorder.onTrainBegin?.(ctx),
    onBatchEnd: (ctx: TrainContext) => recorder.onBatchEnd?.(ctx),
    onCycleEnd: (ctx: TrainContext, cycle: number) => recorder.onCycleEnd?.(ctx, cycle),
    onEpochEnd: (ctx: TrainContext) => recorder.onEpochEnd?.(ctx),
    state: () => recorder.state?.(),
    restore: (state: unknown) => recorder.restore?.(state),
  }
}

function lossSeries({ losses, smoothLosses, epochs }: LossRecorder): Series[] {
  const validated = epochs.filter(({ valLoss }) => valLoss !== undefined)
  const series: Series[] = [
    { label: 'training', y: losses, style: 'faint', color: 0 },
    { label: 'training, smoothed', y: smoothLosses, color: 0 },
  ]
  if (validated.length === 0) return series
  return [
    ...series,
    {
      label: 'validation',
      x: validated.map(({ step }) => step),
      y: validated.map(({ valLoss }) => valLoss ?? Number.NaN),
      style: 'points',
      color: 1,
    },
  ]
}

const cycleMarks = ({ cycles }: LossRecorder): Mark[] =>
  cycles.map((x, cycle) => (cycles.length > MAX_LABELS ? { x } : { x, label: `cycle ${cycle}` }))
