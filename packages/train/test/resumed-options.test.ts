/** A run that goes on with callbacks made otherwise says so, option by option. */
import {
  type Callback,
  checkpoint,
  circularLR,
  cosAnneal,
  earlyStopping,
  ema,
  linearWarmup,
  multiStepLR,
  oneCycle,
  reduceLROnPlateau,
  saveBestModel,
  stepLR,
  swa,
  weightDecaySchedule,
} from '@dl/callbacks'
import { memoryStorage } from '@dl/data'
import type { Module } from '@dl/layers'
import { adamW, type LayerOptimizer } from '@dl/optim'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { play } from './replay'

afterEach(() => void vi.restoreAllMocks())

// biome-ignore lint/suspicious/noExplicitAny: the options of whichever it is
type Make = (options: any, lo: LayerOptimizer, model: Module) => Callback
const makers = {
  circularLR: (options, lo) => circularLR(lo, options),
  cosAnneal: (options, lo) => cosAnneal(lo, options),
  earlyStopping: options => earlyStopping(options),
  ema: (options, _lo, model) => ema(model, options),
  linearWarmup: ({ schedule, ...options }, lo) =>
    linearWarmup(lo, { ...options, schedule: schedule?.(lo) }),
  multiStepLR: (options, lo) => multiStepLR(lo, options),
  oneCycle: (options, lo) => oneCycle(lo, options),
  reduceLROnPlateau: (options, lo) => reduceLROnPlateau(lo, options),
  stepLR: (options, lo) => stepLR(lo, options),
  swa: (options, _lo, model) => swa(model, options),
  weightDecaySchedule: (options, lo) => weightDecaySchedule(lo, options),
} satisfies Record<string, Make>

const step = (gamma: number) => (lo: LayerOptimizer) => stepLR(lo, { stepSize: 1, gamma })

/** What it was made with, what it is made with now, and the notes of it. */
const table: [name: keyof typeof makers, before: object, now: object, ...notes: string[]][] = [
  ['cosAnneal', { cycleLen: 1 }, { cycleLen: { batches: 5 } }, 'cycleLen {"batches":5} … 1'],
  ['cosAnneal', {}, { cycleMult: 2, warmup: 0.1 }, 'cycleMult 2 … 1', 'warmup 0.1 … 0'],
  ['cosAnneal', { lrMin: 0.01 }, {}, 'lrMin 0 … 0.01'],
  ['circularLR', {}, { cycleLen: 2, div: 20 }, 'cycleLen 2 … 1', 'div 20 … 4'],
  ['circularLR', { cutDiv: 10 }, { cycleMult: 2 }, 'cycleMult 2 … 1', 'cutDiv 8 … 10'],
  ['circularLR', { momentums: [0.9, 0.8] }, {}, 'momentums none … [0.9,0.8]'],
  ['oneCycle', {}, { cycleLen: 1, div: 5 }, 'cycleLen 1 … none', 'div 5 … 10'],
  ['oneCycle', {}, { pct: 20, momentums: false }, 'pct 20 … 10', 'momentums false … [0.95,0.85]'],
  ['stepLR', { stepSize: 1 }, { stepSize: 2, gamma: 0.5 }, 'stepSize 2 … 1', 'gamma 0.5 … 0.1'],
  ['multiStepLR', { milestones: [1, 2] }, { milestones: [1] }, 'milestones [1] … [1,2]'],
  ['multiStepLR', { milestones: [1] }, { milestones: [1], gamma: 0.5 }, 'gamma 0.5 … 0.1'],
  [
    'linearWarmup',
    { length: 2 },
    { length: { batches: 9 }, startFactor: 0.5 },
    'length {"batches":9} … 2',
    'startFactor 0.5 … 0.3333333333333333',
  ],
  [
    'linearWarmup',
    {},
    { schedule: step(0.5) },
    'schedule {"stepLR":{"stepSize":1,"gamma":0.5}} … none',
  ],
  [
    'linearWarmup',
    { schedule: step(0.5) },
    { schedule: step(0.1) },
    'schedule {"stepLR":{"stepSize":1,"gamma":0.1}} … {"stepLR":{"stepSize":1,"gamma":0.5}}',
  ],
  [
    'linearWarmup',
    { schedule: (lo: LayerOptimizer) => reduceLROnPlateau(lo, { monitor: 'trnLoss' }) },
    { schedule: (lo: LayerOptimizer) => weightless(lo) },
    'schedule {"mine":null} … {"reduceLROnPlateau":{"monitor":"trnLoss","mode":"min","factor":0.1,"patience":10,"threshold":0.0001,"thresholdMode":"rel","cooldown":0,"minLr":0}}',
  ],
  ['reduceLROnPlateau', {}, { factor: 0.5, patience: 2 }, 'factor 0.5 … 0.1', 'patience 2 … 10'],
  [
    'reduceLROnPlateau',
    {},
    { monitor: 'trnLoss', cooldown: 1 },
    'monitor trnLoss … valLoss',
    'cooldown 1 … 0',
  ],
  [
    'reduceLROnPlateau',
    {},
    { threshold: 0.1, minLr: [0.01] },
    'threshold 0.1 … 0.0001',
    'minLr [0.01] … 0',
  ],
  [
    'reduceLROnPlateau',
    {},
    { mode: 'max', thresholdMode: 'abs' },
    'mode max … min',
    'thresholdMode abs … rel',
  ],
  [
    'weightDecaySchedule',
    {},
    { cycleLen: 2, norm: false },
    'cycleLen 2 … none',
    'norm false … true',
  ],
  ['weightDecaySchedule', { cycleMult: 2 }, {}, 'cycleMult 1 … 2'],
  ['earlyStopping', {}, { patience: 9, minDelta: 0.1 }, 'patience 9 … 3', 'minDelta 0.1 … 0'],
  ['earlyStopping', {}, { monitor: 'trnLoss' }, 'monitor trnLoss … valLoss'],
  ['ema', {}, { decay: 0.9, validate: false }, 'decay 0.9 … 0.999', 'validate false … true'],
  ['swa', {}, { start: 2, at: 'cycle' }, 'start 2 … 1', 'at cycle … epoch'],
]

/** A schedule of the program's own, which has no state. */
const weightless = (lo: LayerOptimizer): Callback => ({
  name: 'mine',
  onBatchBegin: () => lo.setLrs(lo.baseLrs),
})

it.each(table)('%s %j, then %j', async (name, before, now, ...notes) => {
  vi.spyOn(console, 'warn').mockImplementation(() => {})
  const storage = memoryStorage()
  const controller = new AbortController()
  const make: Make = makers[name]
  const plan = (options: object) => ({
    rule: adamW,
    wd: 0.1,
    seed: 1,
    callbacks: (lo: LayerOptimizer, model: Module) => [make(options, lo, model)],
  })
  const stop: Callback = {
    name: 'stop',
    onBatchEnd: ctx => void (ctx.step === 2 && controller.abort()),
  }
  const saver = checkpoint('run', { storage })
  await play(plan(before), 1, { callbacks: [saver, stop], signal: controller.signal })
  const resume = { path: 'run', storage }
  const { resumed } = await play(plan(now), 2, { resume, signal: AbortSignal.abort() })
  expect(resumed?.notes).toEqual(
    notes.map(note => `${name}'s ${note.replace(' … ', ' as the program says, not ')}`),
  )
})

describe('the best of another quantity is none of this one', () => {
  const stored = (name: string) => ({
    best: { value: 0.1, epoch: 2 },
    since: 1,
    options: { monitor: name, mode: name === 'accuracy' ? 'max' : 'min' },
  })
  const model = { stateDict: () => ({}) }
  it.each([
    ['earlyStopping', () => earlyStopping()],
    ['saveBestModel', () => saveBestModel(model, 'models/best')],
  ])('%s', (_, make) => {
    const bests = ['valLoss', 'trnLoss', 'accuracy'].map(name => {
      const callback = make()
      callback.restore!(stored(name))
      return callback.best
    })
    expect(bests).toEqual([{ value: 0.1, epoch: 2 }, null, null])
  })
})
