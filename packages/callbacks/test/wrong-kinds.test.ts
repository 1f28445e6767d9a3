/** Whatever plain JavaScript hands over, the answer is a DlError or a result, never a TypeError. */
import * as callbacks from '@dl/callbacks'
import {
  brailleChart,
  callbackList,
  checkpoint,
  cosine,
  decodeCheckpoint,
  encodeCheckpoint,
  inTerminal,
  type LrFinderOptions,
  lineChartSvg,
  lrFinder,
  type PlotOptions,
  type ProgressOptions,
  plot,
  progress,
  readCheckpoint,
  steepest,
  terminateOnNaN,
  valley,
  verifyCheckpoint,
} from '@dl/callbacks'
import { expect, it } from 'vitest'
import { answersInWords, type Call, each } from '../../../scripts/wrong-kinds'
import { optimizer, rehearse } from './rehearsal'

const model = { stateDict: () => ({}), loadStateDict() {} }
const lo = Object.assign(optimizer(0.1), {
  stateDict: () => ({ tensors: {}, values: {} }),
  loadStateDict() {},
})

const stream = { write() {} }
const curve = { label: 'loss', y: [3, 2, 1] }
const swept = (options: LrFinderOptions) =>
  rehearse([lrFinder(model, lo, { batches: 2, ...options })], { batches: 3, lo })
const shown = (options: ProgressOptions) => rehearse([progress({ stream, ...options })])
const drawn = (options: PlotOptions) => rehearse([plot({ path: false, stream, ...options })])
const list = (callback: object) => callbackList([{ name: 'x', ...callback }]).callbacks

/** Each argument of each export, the others being right. */
const CALLS: Record<string, Call> = {
  'callbackList(callbacks)': v => callbackList(v),
  'callbackList([callback])': v => callbackList([v]),
  ...each(
    'callbackList',
    ['name', 'order', 'state', 'tensors', 'restore', 'onBatchEnd', 'transformLoss', 'onNothing'],
    list,
  ),
  'callbackList(state, restore)': v => {
    const both = callbackList([{ name: 'x', state: v, restore: v }])
    return both.restore(both.state())
  },
  'callbackList().restore(states)': v => callbackList([{ name: 'x', restore() {} }]).restore(v),
  'checkpoint(path)': v => checkpoint(v),
  'checkpoint(options)': v => checkpoint('x', v),
  ...each(
    'checkpoint',
    [
      ...['everyEpoch', 'everyMinutes', 'everySteps', 'keepBest', 'keepLast', 'metadata'],
      ...['mode', 'monitor', 'onSaved', 'storage'],
    ],
    v => checkpoint('x', v),
  ),
  'readCheckpoint(path)': v => readCheckpoint(v),
  ...each('readCheckpoint', ['path', 'skipDamaged', 'storage'], v =>
    readCheckpoint({ path: 'no/such/run', ...(v as object) }),
  ),
  'encodeCheckpoint(state)': v => encodeCheckpoint(v),
  'encodeCheckpoint({ tensors })': v => encodeCheckpoint({ tensors: v, values: {} }),
  'encodeCheckpoint({ values })': v => encodeCheckpoint({ tensors: {}, values: v }),
  'encodeCheckpoint({ values: { value } })': v =>
    encodeCheckpoint({ tensors: {}, values: { value: v } }),
  'encodeCheckpoint(metadata)': v => encodeCheckpoint({ tensors: {}, values: {} }, v),
  'decodeCheckpoint(bytes)': v => decodeCheckpoint(v),
  'decodeCheckpoint(name)': v => decodeCheckpoint(new Uint8Array(9), v),
  'verifyCheckpoint(bytes)': v => verifyCheckpoint(v),
  'lrFinder(model)': v => lrFinder(v, lo),
  'lrFinder(optimizer)': v => lrFinder(model, v),
  'lrFinder(options)': v => lrFinder(model, lo, v),
  ...each(
    'lrFinder',
    ['batches', 'endLr', 'linear', 'loader', 'settle', 'startLr', 'stopEarly', 'suggest'],
    swept,
  ),
  'progress(options)': v => progress(v),
  ...each('progress', ['color', 'now'], shown),
  // nothing on the terminal
  'progress({ stream })': v => v !== undefined && shown({ stream: v }),
  'terminateOnNaN(value)': v => (terminateOnNaN as Call)(v),
  'inTerminal(value)': v => (inTerminal as Call)(v),
  'plot(options)': v => plot(v),
  'plot({ stream })': v => v !== undefined && drawn({ stream: v }),
  // no text, which would be where to write
  'plot({ path })': v => v !== undefined && typeof v !== 'string' && drawn({ path: v }),
  ...each('plot', ['finder', 'optimizer', 'print', 'title'], drawn),
  'plot().toString(options)': v => plot().toString(v),
  'brailleChart(series)': v => brailleChart(v),
  'brailleChart([one])': v => brailleChart([v]),
  ...each('brailleChart([one])', ['color', 'label', 'style', 'x', 'y'], v =>
    brailleChart([{ ...curve, ...(v as object) }]),
  ),
  'brailleChart(options)': v => brailleChart([curve], v),
  ...each('brailleChart', ['height', 'width', 'xScale'], v => brailleChart([curve], v)),
  'lineChartSvg(series)': v => lineChartSvg(v),
  'lineChartSvg([one])': v => lineChartSvg([v]),
  ...each('lineChartSvg([one])', ['color', 'label', 'style', 'x', 'y'], v =>
    lineChartSvg([{ ...curve, ...(v as object) }]),
  ),
  'lineChartSvg(options)': v => lineChartSvg([curve], v),
  ...each(
    'lineChartSvg',
    ['height', 'marks', 'title', 'width', 'xLabel', 'xScale', 'yLabel', 'yScale'],
    v => lineChartSvg([curve], v),
  ),
  'lineChartSvg({ marks: [{ x }] })': v => lineChartSvg([curve], { marks: [{ x: v }] }),
  'lineChartSvg({ marks: [{ label }] })': v =>
    lineChartSvg([curve], { marks: [{ x: 1, label: v }] }),
  'cosine(from)': v => cosine(v, 1)(0.5),
  'cosine(to)': v => cosine(1, v)(0.5),
  'cosine(…)(position)': v => cosine(1, 0)(v),
  'valley(lrs)': v => valley(v, [2, 1]),
  'valley(losses)': v => valley([1, 2], v),
  'steepest(lrs)': v => steepest(v, [2, 1]),
  'steepest(losses)': v => steepest([1, 2], v),
  'steepest(span)': v => steepest([1, 2], [2, 1], v),
}

answersInWords(CALLS)

/** In options.test.ts. */
const ELSEWHERE = [
  'circularLR',
  'cosAnneal',
  'csvLog',
  'earlyStopping',
  'ema',
  'linearWarmup',
  'lossRecorder',
  'multiStepLR',
  'oneCycle',
  'reduceLROnPlateau',
  'saveBestModel',
  'saveOnCycle',
  'stepLR',
  'swa',
  'weightDecaySchedule',
]

it('covers every function that is exported', () => {
  const names = Object.entries(callbacks).flatMap(([name, value]) =>
    typeof value === 'function' ? [name] : [],
  )
  const called = new Set(Object.keys(CALLS).flatMap(name => name.match(/\w+/g) ?? []))
  expect(names.filter(name => !called.has(name)).sort()).toEqual(ELSEWHERE)
})
