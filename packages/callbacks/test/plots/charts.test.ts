import { brailleChart, lineChartSvg } from '@dl/callbacks'
import { expect, test } from 'vitest'

/** The d attributes of a class of paths. */
const paths = (svg: string, kind: string): string[] =>
  [...svg.matchAll(new RegExp(`<path class="${kind}[^"]*" d="([^"]*)"`, 'g'))].map(m => m[1]!)

const count = (text: string, part: string): number => text.split(part).length - 1

test('a whole small chart', () => {
  const svg = lineChartSvg([{ label: 'loss', y: [3, 1, 2] }], {
    title: 'Training',
    xLabel: 'batches',
    yLabel: 'loss',
    width: 300,
    height: 240,
    marks: [{ x: 2, label: 'cycle 0' }],
  })
  expect(svg.replace(/<style>.*<\/style>/, '<style/>')).toMatchInlineSnapshot(`
    "<svg xmlns="http://www.w3.org/2000/svg" class="dl-chart" width="300" height="240" viewBox="0 0 300 240" role="img" aria-label="Training">
    <style/>
    <rect class="paper" x="0.5" y="0.5" width="299" height="239" rx="10"/>
    <clipPath id="dl-plot-300x240"><rect x="74" y="58" width="202" height="129"/></clipPath>
    <text class="title" x="74" y="34" text-anchor="start">Training</text>
    <text class="key" x="245.6" y="34" text-anchor="start">loss</text><path class="line s0 sample" d="M217.6 30H237.6"/>
    <path class="grid" d="M74 181.4L272 181.4"/><path class="grid" d="M74 124L272 124"/><path class="grid" d="M74 66.6L272 66.6"/><path class="grid" d="M74 62L74 186"/><path class="grid" d="M173 62L173 186"/><path class="grid" d="M272 62L272 186"/>
    <path class="mark" d="M173 62L173 186"/><text class="note" x="173" y="56" text-anchor="middle">cycle 0</text>
    <g clip-path="url(#dl-plot-300x240)">
    <path class="line s0" d="M74 66.6L173 181.4L272 124"/>
    </g>
    <path class="axis" d="M74 186L272 186"/>
    <text class="tick" x="64" y="185.4" text-anchor="end">1</text><text class="tick" x="64" y="128" text-anchor="end">2</text><text class="tick" x="64" y="70.6" text-anchor="end">3</text><text class="tick" x="74" y="206" text-anchor="middle">1</text><text class="tick" x="173" y="206" text-anchor="middle">2</text><text class="tick" x="272" y="206" text-anchor="middle">3</text><text class="name" x="173" y="227" text-anchor="middle">batches</text><g transform="rotate(-90)"><text class="name" x="-124" y="21" text-anchor="middle">loss</text></g>
    </svg>
    "
  `)
})

test('gaps lift the pen, and a log axis leaves out what it cannot place', () => {
  const svg = lineChartSvg(
    [{ label: 'a', x: [0, 1, 10, 100, 1000], y: [9, 1, Number.NaN, 2, 3] }],
    {
      xScale: 'log',
    },
  )
  const path = paths(svg, 'line s0').at(-1)
  expect(count(path!, 'M')).toBe(2)
  expect(count(path!, 'L')).toBe(1)
  expect(path).not.toContain('NaN')
})

test('faint series lie behind and do not stretch the axis', () => {
  const wild = Array.from({ length: 1000 }, (_, i) => (i === 500 ? 1e6 : 2 + (i % 7) / 10))
  const svg = lineChartSvg([
    { label: 'smooth', y: [2, 2.5, 2.2] },
    { label: 'raw', y: wild, style: 'faint' },
  ])
  expect(svg).not.toContain('e+5')
  expect(svg.indexOf('"faint s1"')).toBeLessThan(svg.lastIndexOf('"line s0" d="M'))
  expect(svg).toContain('>2.5<')
})

test('thousands of points stay a small file', () => {
  const y = Array.from({ length: 200_000 }, (_, i) => Math.sin(i))
  expect(lineChartSvg([{ label: 'sine', y }]).length).toBeLessThan(60_000)
})

test('labels are escaped, styles stay inside the chart', () => {
  const svg = lineChartSvg([{ label: 'a < b & "c"', y: [1] }], { title: '<script>' })
  expect(svg).toContain('a &lt; b &amp; &quot;c&quot;')
  expect(svg).not.toContain('<script>')
  const styles = svg.match(/<style>(.*)<\/style>/)![1]!.replace(/@media [^{]*\{/, '')
  for (const rule of styles.split('}').filter(rule => rule !== '')) {
    expect(rule.startsWith('.dl-chart ')).toBe(true)
  }
})

test('nothing to show is an empty chart, not an error', () => {
  for (const series of [[], [{ label: 'a', y: [] }], [{ label: 'a', y: [Number.NaN] }]]) {
    const svg = lineChartSvg(series, { yScale: 'log' })
    expect(svg).not.toMatch(/NaN|undefined|Infinity/)
    expect(brailleChart(series)).not.toMatch(/NaN|undefined|Infinity/)
  }
})

test('marks outside the axis are left out, one at its edge keeps its label inside', () => {
  const svg = lineChartSvg([{ label: 'a', y: [1, 2, 3] }], {
    marks: [{ x: 3, label: 'the end of the last cycle' }, { x: 4 }],
  })
  expect(paths(svg, 'mark')).toHaveLength(1)
  expect(Number(svg.match(/class="note" x="([\d.]+)"/)![1])).toBeLessThan(800)
})

test('a chart without room is refused', () => {
  expect(() => lineChartSvg([], { width: 100 })).toThrowErrorMatchingInlineSnapshot(
    `[DlError: the chart is 100 × 460; expected at least 142 × 156.]`,
  )
  expect(() => brailleChart([], { width: 5 })).toThrowErrorMatchingInlineSnapshot(
    `[DlError: the chart has 5 × 10 characters; expected at least 7 × 2.]`,
  )
})

test('a chart for the terminal', () => {
  const y = Array.from({ length: 50 }, (_, i) => 1.5 + 3 * Math.exp(-i / 10))
  const chart = brailleChart(
    [
      { label: 'raw', y: [100], style: 'faint' },
      { label: 'training', y },
      { label: 'validation', x: [25, 50], y: [2.2, 1.9], style: 'points' },
    ],
    { width: 48, height: 6 },
  )
  expect(`\n${chart}`).toMatchInlineSnapshot(`
    "
     4.5 ┤⠑⢄
         │ ⠈⠢⡀
         │   ⠈⠢⢄
         │      ⠑⠢⣀⣀
         │          ⠑⠒⠢⠤⣀⡀    ●
    1.52 ┤               ⠈⠉⠉⠑⠒⠒⠒⠢⠤⠤⠤⠤⠤⠤⠤⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀●
          1                                       50
          ⠒⠒ training   ● validation"
  `)
  for (const line of chart.split('\n')) expect(line.length).toBeLessThanOrEqual(48)
})

test('one point and a flat line have a place, too', () => {
  expect(
    `\n${brailleChart([{ label: 'a', y: [3] }], { width: 14, height: 3 })}`,
  ).toMatchInlineSnapshot(`
    "
    3.3 ┤
        │    ⠄
    2.7 ┤
         0.9   1.1
         ⠒⠒ a"
  `)
})

test('in the terminal, too, x may be logarithmic', () => {
  const series = { label: 'loss', x: [0, 1e-4, 1e-3, 1e-2], y: [9, 3, 2, 1] }
  const chart = brailleChart([series], { width: 24, height: 3, xScale: 'log' })
  expect(chart).toMatchInlineSnapshot(`
    "3 ┤⠉⠒⠢⠤⢄⣀
      │      ⠉⠑⠒⠢⠤⢄⣀⡀
    1 ┤             ⠈⠉⠑⠒⠢⠤⢄⣀
       1e-4             0.01
       ⠒⠒ loss"
  `)
})
