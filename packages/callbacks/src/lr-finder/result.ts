/** What an LR finder found, and how it looks. */
import { type BrailleOptions, brailleChart } from '../plots/braille'
import type { Series } from '../plots/series'
import { type ChartOptions, lineChartSvg } from '../plots/svg'
import { shortNumber } from '../progress/format'
import { steepest, valley } from './suggest'

export interface LrFinderResult {
  /** The learning rate (of the last group) of each batch. */
  readonly lrs: readonly number[]
  readonly losses: readonly number[]
  /** The debiased running average (0.98). */
  readonly smoothed: readonly number[]
  /** What to train with, by the rule that was asked for; null where the curve does not tell. */
  readonly suggestion: number | null
  readonly suggestions: { readonly valley: number | null; readonly steepest: number | null }
  svg(options?: ChartOptions): string
  /** The curve as text for a terminal. */
  toString(options?: BrailleOptions): string
}

export type Suggest = keyof LrFinderResult['suggestions']

/** Of a long curve, the noise of its first tenth and its divergent end say nothing. */
function middle({ lrs, smoothed }: Curve): { lrs: number[]; losses: number[] } {
  const [from, cut] = lrs.length >= 20 ? [Math.floor(lrs.length / 10), 5] : [0, 0]
  const part = <T>(values: readonly T[]): T[] => values.slice(from, values.length - cut)
  const kept = part(lrs)
  // a linear sweep starts at 0, which has no logarithm
  const skip = kept.findIndex(lr => lr > 0)
  return { lrs: kept.slice(Math.max(0, skip)), losses: part(smoothed).slice(Math.max(0, skip)) }
}

export interface Curve {
  readonly lrs: readonly number[]
  readonly losses: readonly number[]
  readonly smoothed: readonly number[]
}

export function lrFinderResult(curve: Curve, suggest: Suggest, linear: boolean): LrFinderResult {
  const { lrs, losses } = middle(curve)
  const span = Math.max(1, Math.floor(lrs.length / 10))
  const suggestions = { valley: valley(lrs, losses), steepest: steepest(lrs, losses, span) }
  const suggestion = suggestions[suggest]
  const xScale = linear ? 'linear' : 'log'
  const series: Series[] = [
    { label: 'loss', x: curve.lrs, y: curve.losses, style: 'faint', color: 0 },
    { label: 'loss, smoothed', x: curve.lrs, y: curve.smoothed, color: 0 },
  ]
  const mark = (lr: number) => ({ x: lr, label: `${suggest} ${shortNumber(lr)}` })
  return {
    ...curve,
    suggestion,
    suggestions,
    svg: options =>
      lineChartSvg(series, {
        title: 'Learning rate finder',
        xLabel: 'learning rate',
        yLabel: 'training loss',
        xScale,
        marks: suggestion === null ? [] : [mark(suggestion)],
        ...options,
      }),
    toString(options) {
      const chart = brailleChart(series, { xScale, ...options })
      if (suggestion === null) return `${chart}\nno suggestion: ${whyNone(curve)}`
      return `${chart}\nsuggestion: ${shortNumber(suggestion)} (${suggest})`
    },
  }
}

const whyNone = ({ lrs }: Curve): string =>
  lrs.length < 10
    ? `a sweep of ${lrs.length} tells too little`
    : 'the loss fell nowhere, as that of a net that has learnt already'
