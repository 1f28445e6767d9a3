/** Every option of a callback is checked where it enters; wrong kinds give DlErrors, never TypeErrors. */
import {
  circularLR,
  cosAnneal,
  csvLog,
  earlyStopping,
  ema,
  linearWarmup,
  lossRecorder,
  multiStepLR,
  oneCycle,
  reduceLROnPlateau,
  saveBestModel,
  saveOnCycle,
  stepLR,
  swa,
  weightDecaySchedule,
} from '@dl/callbacks'
import { DlError } from '@dl/core'
import { describe, expect, it } from 'vitest'
import { optimizer } from './rehearsal'

const lo = Object.assign(optimizer(0.1, 0.2), { wds: [0.1, 0.1], setWds() {} })
const model = { namedParameters: () => [], stateDict: () => ({}), loadStateDict() {} }

// biome-ignore lint/suspicious/noExplicitAny: whatever plain JavaScript gives
type Make = (options: any) => unknown
const makers: Record<string, Make> = {
  circularLR: options => circularLR(lo, options),
  cosAnneal: options => cosAnneal(lo, options),
  csvLog: options => csvLog('runs/log.csv', options),
  earlyStopping: options => earlyStopping(options),
  ema: options => ema(model, options),
  linearWarmup: options => linearWarmup(lo, options),
  lossRecorder: options => lossRecorder(options),
  multiStepLR: options => multiStepLR(lo, { milestones: [1], ...options }),
  oneCycle: options => oneCycle(lo, options),
  reduceLROnPlateau: options => reduceLROnPlateau(lo, options),
  saveBestModel: options => saveBestModel(model, 'models/best', options),
  saveOnCycle: options => saveOnCycle(model, 'models/cyc', options),
  stepLR: options => stepLR(lo, { stepSize: 1, ...options }),
  swa: options => swa(model, options),
  weightDecaySchedule: options => weightDecaySchedule(lo, options),
}

const bad = [Number.NaN, Infinity, -Infinity, -1, '1', null, {}, [1, 2, 3], Symbol('s')]
const SPAN = 'a number of epochs above 0, or { batches }'
const cycles = (owner: string): [string, string, unknown[], unknown[], string][] => [
  [owner, 'cycleLen', [0.5, 1e6, { batches: 3 }], [...bad, 0, 1e-9], SPAN],
  [owner, 'cycleMult', [1, 1.5, 10], [...bad, 0, 0.99], 'a number of at least 1'],
]

/** Option by option: what it may be, what not, and what errors say. */
const table: [owner: string, option: string, right: unknown[], wrong: unknown[], says: string][] = [
  ...['cosAnneal', 'circularLR', 'oneCycle', 'weightDecaySchedule'].flatMap(cycles),
  ['cosAnneal', 'warmup', [0, 0.05], [...bad, 1], 'the part of the first cycle to warm up in'],
  ['cosAnneal', 'lrMin', [0, 1e-5], bad, 'a learning rate of at least 0'],
  ['cosAnneal', 'onCycleEnd', [() => {}], [1, 'f', null], 'a function'],
  ['circularLR', 'div', [1, 20], [...bad, 0.5], 'a number of at least 1'],
  ['circularLR', 'cutDiv', [1, 8], [...bad, 0.5], 'a number of at least 1'],
  [
    'circularLR',
    'momentums',
    [[0.9, 0.8]],
    [[0.9], [1, 0.8], ['0.9', 0.8], 0.9, null],
    'two numbers',
  ],
  ['oneCycle', 'div', [1, 20], [...bad, 0.5], 'a number of at least 1'],
  ['oneCycle', 'pct', [0, 50], [...bad, 100], 'percent of the cycle'],
  ['oneCycle', 'momentums', [false, [0.9, 0.8]], [true, [0.9], [NaN, 0.8], 0], 'two numbers'],
  ['weightDecaySchedule', 'norm', [true, false], [1, 'yes', null], 'true or false'],
  ['weightDecaySchedule', 'mult', [() => 1], [1, 'f', null], 'a function'],
  ['stepLR', 'stepSize', [1, 0.5, { batches: 5 }], [...bad, 0], SPAN],
  ['stepLR', 'gamma', [0.1, 1, 2], [...bad, 0], 'a number above 0'],
  ['multiStepLR', 'gamma', [0.1, 1], [...bad, 0], 'a number above 0'],
  [
    'multiStepLR',
    'milestones',
    [[1, 2.5], { batches: [10, 20] }],
    [[], [0], [2, 1], [1, 1], [NaN], ['1'], 3, null, { batches: 3 }, Symbol('s')],
    'numbers of epochs above 0 in rising order',
  ],
  ['linearWarmup', 'length', [1, 0.1, { batches: 5 }], [...bad, 0], SPAN],
  ['linearWarmup', 'startFactor', [0, 0.01, 1], [...bad, 1.5], 'a number from 0 to 1'],
  ['linearWarmup', 'schedule', [cosAnneal(lo)], [cosAnneal, 1, null, {}], 'a callback that sets'],
  ['reduceLROnPlateau', 'factor', [0.1, 0.99], [...bad, 0, 1], 'a number between 0 and 1'],
  ['reduceLROnPlateau', 'patience', [0, 10], [...bad, 0.5], 'an integer of at least 0'],
  ['reduceLROnPlateau', 'cooldown', [0, 10], [...bad, 0.5], 'an integer of at least 0'],
  ['reduceLROnPlateau', 'threshold', [0, 1e-4], bad, 'a number of at least 0'],
  ['reduceLROnPlateau', 'thresholdMode', ['rel', 'abs'], ['min', 1, null], "'rel' or 'abs'"],
  ['reduceLROnPlateau', 'minLr', [0, 0.1, [0, 0.1]], bad, 'a learning rate of at least 0, or one'],
  ...['earlyStopping', 'saveBestModel', 'reduceLROnPlateau'].flatMap(
    (owner): [string, string, unknown[], unknown[], string][] => [
      [
        owner,
        'monitor',
        ['trnLoss', 'valLoss'],
        ['', 3, null, {}, ['valLoss']],
        'trnLoss, valLoss or',
      ],
      [owner, 'mode', ['min', 'max'], ['lower', 1, {}], "'min' or 'max'"],
    ],
  ),
  ['earlyStopping', 'patience', [1, 10], [...bad, 0, 0.5], 'an integer of at least 1'],
  ['earlyStopping', 'minDelta', [0, 0.1], bad, 'a number of at least 0'],
  [
    'saveBestModel',
    'metadata',
    [{}, { a: 'b' }],
    [null, 3, 'x', [], { a: 1 }],
    'an object of strings',
  ],
  ['saveBestModel', 'onSaved', [() => {}], [null, 3], 'a function'],
  [
    'saveOnCycle',
    'metadata',
    [{}, { a: 'b' }],
    [null, 3, 'x', [], { a: 1 }],
    'an object of strings',
  ],
  ['saveOnCycle', 'onSaved', [() => {}], [null, 3], 'a function'],
  ['ema', 'decay', [0, 0.5, 0.9999], [...bad, 1], 'a number from 0 to below 1'],
  ['ema', 'validate', [true, false], [1, null, 'no'], 'true or false'],
  ['swa', 'start', [1, 5], [...bad, 0, 1.5], 'an epoch, counted from 1'],
  ['swa', 'at', ['epoch', 'cycle'], ['batch', 1, null], "'epoch' or 'cycle'"],
  ['swa', 'onSwapIn', [() => {}], [null, 3], 'a function'],
  ['csvLog', 'batches', ['b.csv'], ['', 3, null], 'a path'],
  ['csvLog', 'append', [true, false], [1, null, 'no'], 'true or false'],
  ['lossRecorder', 'optimizer', [lo], [null, 3, 'x'], 'a LayerOptimizer'],
]

describe.each(table)('%s: %s', (owner, option, right, wrong, says) => {
  it('takes what is right', () => {
    for (const value of right) expect(makers[owner]!({ [option]: value })).toBeTruthy()
  })
  it('refuses what is wrong, by name and value', () => {
    for (const value of wrong) {
      let message = 'nothing was thrown'
      try {
        makers[owner]!({ [option]: value })
      } catch (error) {
        if (!DlError.is(error, 'bad-option')) throw error
        message = error.message
      }
      expect(message.startsWith(`${owner}'s ${option}`), `${message} of ${owner}`).toBe(true)
      expect(message).toContain(`; expected ${says}`)
      if (typeof value === 'number') expect(message).toContain(` ${value}; `)
    }
  })
})

it.each<[() => unknown, string]>([
  [
    () => cosAnneal(lo, { cycle_len: 1 } as object),
    'cosAnneal has no option cycle_len; expected one of cycleLen, cycleMult, warmup, lrMin, onCycleEnd. Did you mean cycleLen?',
  ],
  [
    () => earlyStopping({ patince: 1 } as object),
    'earlyStopping has no option patince; expected one of monitor, mode, patience, minDelta. Did you mean patience?',
  ],
  [
    () => cosAnneal({ cycleLen: 1 } as never),
    "cosAnneal's optimizer is an object with cycleLen; expected a LayerOptimizer. Make one first, and give it to fit, too: new LayerOptimizer(adam, model, 1e-3).",
  ],
  [
    () => linearWarmup(lo, { schedule: cosAnneal as never }),
    "linearWarmup's schedule is the function cosAnneal; expected a callback that sets learning rates before each batch, such as cosAnneal(lo). Call it: cosAnneal(lo, { … }).",
  ],
  [
    () => saveBestModel('models/best' as never, model as never),
    `saveBestModel's model is "models/best"; expected a Module, or what has stateDict.`,
  ],
  [() => saveOnCycle(model, '' as never), `saveOnCycle's prefix is ""; expected a path.`],
  [() => csvLog(undefined as never), "csvLog's path is undefined; expected a path."],
])('%s', (call, message) => {
  expect(call).toThrow(expect.objectContaining({ code: 'bad-option', message }))
})

describe('wrong kinds of arguments', () => {
  const kinds: unknown[] = [undefined, null, 3, NaN, 'x', {}, [], () => 1, Symbol('s'), true]
  // biome-ignore lint/suspicious/noExplicitAny: whatever plain JavaScript gives
  const exported: [string, (...given: any[]) => unknown][] = [
    ['circularLR', circularLR],
    ['cosAnneal', cosAnneal],
    ['csvLog', csvLog],
    ['earlyStopping', earlyStopping],
    ['ema', ema],
    ['linearWarmup', linearWarmup],
    ['lossRecorder', lossRecorder],
    ['multiStepLR', multiStepLR],
    ['oneCycle', oneCycle],
    ['reduceLROnPlateau', reduceLROnPlateau],
    ['saveBestModel', saveBestModel],
    ['saveOnCycle', saveOnCycle],
    ['stepLR', stepLR],
    ['swa', swa],
    ['weightDecaySchedule', weightDecaySchedule],
    ...Object.entries(makers),
  ]
  it.each(exported)('%s gives DlErrors, never TypeErrors', (_, make) => {
    let refused = 0
    for (const first of kinds) {
      for (const second of kinds) {
        try {
          make(first, second)
        } catch (error) {
          expect(error).toSatisfy(DlError.is)
          refused++
        }
      }
    }
    expect(refused).toBeGreaterThan(0)
  })
})
