/** The losses of a run, and of the run before it, as they come. */
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { chartStyle } from './chart-style'

export interface Curve {
  losses: number[]
  smooth: number[]
  lrs: number[]
  judged: { step: number; valLoss: number }[]
}

export const newCurve = (): Curve => ({ losses: [], smooth: [], lrs: [], judged: [] })

/** More points than pixels show nothing. */
const MOST_POINTS = 1200

export interface LossChart {
  draw(now: Curve, before: Curve | null): void
}

export function lossChart(root: HTMLElement, height = 300): LossChart {
  let plot: uPlot | null = null
  let last: [Curve, Curve | null] | null = null

  const build = () => {
    plot?.destroy()
    const { ink, axis } = chartStyle(root)
    plot = new uPlot(
      {
        width: root.clientWidth || 600,
        height,
        cursor: { y: false, points: { size: 6 } },
        legend: { live: true },
        scales: { x: { time: false }, y: { range: yRange } },
        axes: [
          { ...axis, label: 'batches', labelSize: 18, labelFont: axis.font, size: 34 },
          { ...axis, size: 44 },
        ],
        series: [
          { label: 'batch' },
          {
            ...{ label: 'before', stroke: ink('--before'), width: 1.5, dash: [5, 4] },
            ...{ points: { show: false }, value: shown, spanGaps: true },
          },
          {
            ...{ label: 'loss', stroke: ink('--faint'), width: 1 },
            ...{ points: { show: false }, value: shown },
          },
          {
            ...{ label: 'smoothed', stroke: ink('--accent'), width: 2.5 },
            ...{ points: { show: false }, value: shown },
          },
          {
            ...{ label: 'validation', stroke: ink('--second'), width: 1.5, spanGaps: true },
            ...{ points: { show: true, size: 5, fill: ink('--second') }, value: shown },
          },
        ],
      },
      last ? dataOf(...last) : [[], [], [], [], []],
      root,
    )
  }
  build()
  new ResizeObserver(() => {
    plot?.setSize({ width: root.clientWidth, height })
  }).observe(root)
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', build)
  return {
    draw(now, before) {
      last = [now, before]
      plot?.setData(dataOf(now, before))
      root.classList.toggle('alone', before === null)
    },
  }
}

const shown = (_plot: uPlot, value: number | null): string => value?.toFixed(3) ?? '–'

/** A spike is no reason to squash the rest. */
function yRange(_plot: uPlot, least: number | null, most: number | null): [number, number] {
  if (least === null || most === null) return [0, 4]
  return [Math.max(0, least - 0.1), Math.min(most + 0.1, 5)]
}

function dataOf(now: Curve, before: Curve | null): uPlot.AlignedData {
  const length = Math.max(now.losses.length, before?.losses.length ?? 0)
  const stride = Math.max(1, Math.ceil(length / MOST_POINTS))
  const count = Math.ceil(length / stride)
  const at = (values: readonly number[] | undefined) =>
    Array.from({ length: count }, (_, i) => values?.[i * stride] ?? null)
  const judged = new Array<number | null>(count).fill(null)
  for (const { step, valLoss } of now.judged) {
    judged[Math.min(count - 1, Math.floor((step - 1) / stride))] = valLoss
  }
  return [
    Array.from({ length: count }, (_, i) => i * stride + 1),
    at(before?.smooth),
    at(now.losses),
    at(now.smooth),
    judged,
  ]
}
