/** "Find the learning rate": the range test's curve, its suggestion, and a click that takes it over. */
import uPlot from 'uplot'
import { LR_RANGE, planOf } from '../address'
import { chartStyle } from '../chart-style'
import { element, show } from '../dom'
import { noProblem, problem } from '../problem'
import type { Store } from '../store'
import type { Found, News, OwnText } from '../worker/protocol'
import { type RemoteRun, remoteRun } from '../write/run'

const HEIGHT = 360

/** @param use what a click on a learning rate does */
export function findView(store: Store, own: () => OwnText | null, use: (lr: number) => void) {
  const root = element('finder', HTMLElement)
  const useButton = element('use-lr', HTMLButtonElement)
  let found: Found = { lrs: [], losses: [], smooth: [] }
  let suggestion: number | null = null
  let worker: RemoteRun | null = null
  let plot: uPlot | null = null

  const mark = (plot: uPlot) => {
    for (const [lr, name, label] of [
      [suggestion, '--accent', (lr: number) => `suggested: ${short(lr)}`],
      [store.state.lr, '--soft', (lr: number) => `in use: ${short(lr)}`],
    ] as const) {
      if (lr === null || found.lrs.length === 0) continue
      const x = plot.valToPos(lr, 'x', true)
      const { left, top, width, height } = plot.bbox
      if (x < left || x > left + width) continue
      const { ctx } = plot
      ctx.save()
      ctx.strokeStyle = getComputedStyle(root).getPropertyValue(name)
      ctx.lineWidth = 2 * devicePixelRatio
      if (name === '--soft') ctx.setLineDash([4 * devicePixelRatio, 4 * devicePixelRatio])
      ctx.beginPath()
      ctx.moveTo(x, top)
      ctx.lineTo(x, top + height)
      ctx.stroke()
      ctx.fillStyle = ctx.strokeStyle
      ctx.font = `${12 * devicePixelRatio}px ui-sans-serif, system-ui, sans-serif`
      ctx.textAlign = x > left + width * 0.8 ? 'right' : 'left'
      const below = name === '--accent' ? 1 : 2
      const gap = ctx.textAlign === 'left' ? 6 : -6
      ctx.fillText(label(lr), x + gap * devicePixelRatio, top + below * 16 * devicePixelRatio)
      ctx.restore()
    }
  }
  const build = () => {
    plot?.destroy()
    const { ink, axis } = chartStyle(root)
    const value = (_plot: uPlot, loss: number | null) => loss?.toFixed(3) ?? '–'
    plot = new uPlot(
      {
        width: root.clientWidth || 600,
        height: HEIGHT,
        cursor: { y: false, points: { size: 8 } },
        scales: {
          x: { time: false, distr: 3, range: (_plot, least, most) => [least || 1e-5, most || 1] },
          y: { range: yRange },
        },
        axes: [
          {
            ...{ ...axis, label: 'learning rate', labelSize: 18, labelFont: axis.font, size: 34 },
            values: (_plot, marks) => marks.map(lr => (Math.log10(lr) % 1 === 0 ? String(lr) : '')),
          },
          { ...axis, size: 44 },
        ],
        series: [
          { label: 'learning rate', value: (_plot, lr) => (lr ? short(lr) : '–') },
          { label: 'loss', stroke: ink('--faint'), width: 1, points: { show: false }, value },
          {
            label: 'smoothed',
            stroke: ink('--accent'),
            width: 2.5,
            points: { show: false },
            value,
          },
        ],
        hooks: { draw: [mark] },
      },
      [found.lrs, found.losses, found.smooth],
      root,
    )
    plot.over.addEventListener('click', () => {
      const lr = found.lrs[plot?.cursor.idx ?? -1]
      if (lr !== undefined) choose(lr)
    })
  }
  /** Takes a rate over into the run. */
  const choose = (lr: number) => {
    const rounded = Number(lr.toPrecision(2))
    use(Math.min(LR_RANGE[1], Math.max(LR_RANGE[0], rounded)))
    plot?.redraw()
    show('found', `The run now learns at ${short(rounded)}, the dashed line.`)
  }

  function hear(news: News): void {
    if (news.kind === 'sweep' || news.kind === 'found') {
      const { lrs, losses, smooth } = news
      found = { lrs, losses, smooth }
      plot?.setData([lrs, losses, smooth])
      root.dataset.batches = String(lrs.length)
    }
    if (news.kind === 'problem') {
      setState('failed')
      problem(news.message, ['Look again', look])
    }
    if (news.kind !== 'found') return
    suggestion = news.valley
    useButton.hidden = suggestion === null
    useButton.textContent = `Train at ${short(suggestion ?? 0)}`
    show(
      'found',
      suggestion === null
        ? 'The loss fell nowhere, so there is nothing to suggest.'
        : `The valley suggests ${short(suggestion)}: the loss falls there, well before it flies. Click the curve for another.`,
    )
    plot?.redraw()
    worker?.end()
    worker = null
    setState('found')
  }
  const setState = (state: string) => {
    root.dataset.state = state
    element('look-again', HTMLButtonElement).disabled = state === 'looking'
  }

  function look(): void {
    noProblem()
    worker?.end()
    suggestion = null
    useButton.hidden = true
    found = { lrs: [], losses: [], smooth: [] }
    build()
    setState('looking')
    show(
      'found',
      'The rate rises batch by batch; a net of its own tries it, the run is not touched.',
    )
    const { state } = store
    worker = remoteRun(
      {
        kind: 'find',
        backend: state.backend,
        plan: planOf(state),
        own: state.text === 'own' ? own() : null,
      },
      hear,
    )
  }
  element('look-again', HTMLButtonElement).addEventListener('click', look)
  useButton.addEventListener('click', () => suggestion !== null && choose(suggestion))
  new ResizeObserver(() => {
    plot?.setSize({ width: root.clientWidth, height: HEIGHT })
  }).observe(root)
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', build)
  let lookedAt = ''
  return {
    visible(is: boolean) {
      const { lr: _lr, ...plan } = planOf(store.state)
      const key = JSON.stringify([plan, store.state.backend, own()?.name])
      if (is && key !== lookedAt) look()
      if (is) lookedAt = key
    },
  }
}

function yRange(_plot: uPlot, least: number | null, most: number | null): [number, number] {
  if (least === null || most === null) return [0, 4]
  return [Math.max(0, least - 0.1), Math.min(most, 3 * least) + 0.1]
}

const short = (lr: number): string => String(Number(lr.toPrecision(2)))
