/** Whatever plain JavaScript hands over, the answer is a DlError or a result, never a TypeError. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Linear, Sequential } from '@dl/layers'
import { LayerOptimizer, sgd } from '@dl/optim'
import * as train from '@dl/train'
import { evaluate, fit, Learner, type LearnerFitOptions, type LearnerOptions } from '@dl/train'
import { dispose, ones, type Tensor, zeros } from '@tensorflow/tfjs-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { answersInWords, type Call, each } from '../../../scripts/wrong-kinds'
import { meanSquare } from './parts'

const loader = {
  length: 1,
  async *[Symbol.asyncIterator]() {
    yield { inputs: [ones([2, 2])], target: zeros([2, 2]), items: 2 }
  },
}
const data = { train: loader, validation: loader, aug: loader }
// nothing is drawn while a guest of this name is there
const quiet = [{ name: 'progress' }]

let folder: string
let model: Sequential
let lo: LayerOptimizer
let learn: Learner
let scores: Tensor
let labels: Tensor
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dl-wrong-'))
  model = new Sequential(new Linear(2, 2))
  lo = new LayerOptimizer(sgd, model, 0.01)
  learn = new Learner(model, data, { loss: meanSquare, path: folder, callbacks: quiet })
  scores = zeros([2, 2])
  labels = zeros([2], 'int32')
})
afterAll(async () => {
  dispose([scores, labels])
  for (const owner of [learn, lo, model]) owner.dispose()
  await rm(folder, { recursive: true })
})

const made = async (options: Partial<LearnerOptions>) => {
  const own = new Learner(model, data, { loss: meanSquare, callbacks: quiet, ...options })
  try {
    String(own)
    await own.fit(0.01, 1)
    // a path that is one would be written to
    if (typeof options.path !== 'string' && 'path' in options) await own.load('none')
  } finally {
    own.dispose()
  }
}
const fitted = (options: LearnerFitOptions) => learn.fit(0.01, 1, { cycleLen: 1, ...options })
const freed = async (made: Promise<object>) => dispose({ ...(await made) } as never)

/** Each argument of each export, the others being right. */
const CALLS: Record<string, Call> = {
  'epochCount(cycles)': v => train.epochCount(v),
  'epochCount(options)': v => train.epochCount(1, v),
  ...each('epochCount', ['cycleLen', 'cycleMult'], v => train.epochCount(1, v)),
  'fit(model)': v => fit(v, data, 1, lo, meanSquare),
  'fit(data)': v => fit(model, v, 1, lo, meanSquare),
  'fit({ train })': v => fit(model, { train: v }, 1, lo, meanSquare),
  'fit({ validation })': v => fit(model, { train: loader, validation: v }, 1, lo, meanSquare),
  'fit(epochs)': v => fit(model, data, v, lo, meanSquare),
  'fit(lo)': v => fit(model, data, 1, v, meanSquare),
  'fit(loss)': v => fit(model, data, 1, lo, v),
  'fit(options)': v => fit(model, data, 1, lo, meanSquare, v),
  ...each(
    'fit',
    ['callbacks', 'carryState', 'gradientAccumulation', 'metrics', 'signal', 'skipNaN'],
    v => fit(model, data, 1, lo, meanSquare, v),
  ),
  'evaluate(model)': v => evaluate(v, loader, meanSquare),
  'evaluate(loader)': v => evaluate(model, v, meanSquare),
  'evaluate(loss)': v => evaluate(model, loader, v),
  'evaluate(options)': v => evaluate(model, loader, meanSquare, v),
  ...each('evaluate', ['carryState', 'metrics', 'signal'], v =>
    evaluate(model, loader, meanSquare, v),
  ),
  'predictWithTargets(model)': v => freed(train.predictWithTargets(v, loader)),
  'predictWithTargets(loader)': v => freed(train.predictWithTargets(model, v)),
  'rankPredictions(judged)': v => train.rankPredictions(v),
  'rankPredictions({ predictions })': v =>
    train.rankPredictions({ predictions: v, targets: labels }),
  'rankPredictions({ probabilities })': v =>
    train.rankPredictions({ probabilities: v, targets: labels }),
  'rankPredictions({ targets })': v => train.rankPredictions({ predictions: scores, targets: v }),
  'rankPredictions(which)': v => train.rankPredictions({ predictions: scores, targets: labels }, v),
  'new Learner(model)': v => new Learner(v, data, { loss: meanSquare }),
  'new Learner(data)': v => new Learner(model, v, { loss: meanSquare }),
  'new Learner(options)': v => new Learner(model, data, v),
  ...each(
    'new Learner',
    [
      'callbacks',
      'clip',
      'clipValue',
      'decoupled',
      'layerGroups',
      'loss',
      'metrics',
      'noDecayFor1d',
      'optFn',
      'path',
      'progress',
    ],
    made,
  ),
  'learn.fit(lrs)': v => learn.fit(v, 1),
  'learn.fit(cycles)': v => learn.fit(0.01, v),
  'learn.fit(options)': v => learn.fit(0.01, 1, v),
  ...each(
    'learn.fit',
    [
      'best',
      'bestSaveName',
      'callbacks',
      'carryState',
      'cycleLen',
      'cycleMult',
      'cycleSaveName',
      'gradientAccumulation',
      'keepState',
      'metrics',
      'progress',
      'schedule',
      'signal',
      'skipNaN',
      'useClr',
      'useOneCycle',
      'useWdSched',
      'wds',
    ],
    fitted,
  ),
  'learn.fit({ bestSaveName, best })': v => fitted({ bestSaveName: 'best', best: v }),
  'learn.fit({ keepState, wds })': async v => {
    await learn.fit(0.01, 1)
    await fitted({ keepState: true, wds: v })
  },
  // a sweep of a hundred batches where the options are right, and there are some
  'learn.resume(from)': v => learn.resume(v),
  'learn.resume(options)': v => learn.resume(join(folder, 'nowhere'), v),
  'detectAnomaly(model)': v => train.detectAnomaly(v),
  'memoryReport(model)': v => train.memoryReport(v),
  'memoryReport(lo)': v => train.memoryReport(model, v),
  'learn.lrFind(options)': v =>
    new Learner(model, { train: { ...loader, length: 0 } }, { loss: meanSquare }).lrFind(v),
  ...each(
    'learn.lrFind',
    ['batches', 'endLr', 'linear', 'loader', 'settle', 'startLr', 'stopEarly', 'suggest'],
    v => learn.lrFind({ batches: 2, ...(v as object) }),
  ),
  'learn.predict(loader)': async v => (await learn.predict(v)).dispose(),
  'learn.predictWithTargets(loader)': v => freed(learn.predictWithTargets(v)),
  'learn.tta(options)': v => freed(learn.tta(v)),
  ...each('learn.tta', ['aug', 'loader', 'multiLabel', 'nAug', 'stack'], v => freed(learn.tta(v))),
  'learn.summary(options)': v => learn.summary(v),
  'learn.summary({ batchAxis })': v => learn.summary({ batchAxis: v }),
  'learn.freezeTo(n)': v => learn.freezeTo(v),
  'learn.freezeAllBut(n)': v => learn.freezeAllBut(v),
  'learn.freezeGroups(groups)': v => learn.freezeGroups(v),
  'learn.unfreezeGroups(groups)': v => learn.unfreezeGroups(v),
  'learn.bnFreeze(on)': v => learn.bnFreeze(v),
  'learn.freeze and learn.unfreeze': () => {
    learn.freeze()
    learn.unfreeze()
  },
  'learn.save(name)': v => learn.save(v),
  'learn.load(name)': v => learn.load(v),
  'learn.toString and learn.dispose': () => {
    learn.toString()
    learn.dispose()
  },
}

answersInWords(CALLS, () => {
  learn.unfreeze()
  learn.dispose()
})

/** In metrics-wrong-kinds.test.ts. */
const ELSEWHERE = [
  'accuracyThreshold',
  'confusionMatrix',
  'f1',
  'fBeta',
  'logLoss',
  'precision',
  'recall',
  'topK',
]

it('covers every function and class that is exported, and the methods of a Learner', () => {
  const names = Object.entries(train).flatMap(([name, value]) =>
    typeof value === 'function' ? [name] : [],
  )
  const methods = Object.getOwnPropertyNames(Learner.prototype)
    .filter(name => name !== 'constructor')
    .map(name => `learn.${name}`)
  const called = new Set(Object.keys(CALLS).flatMap(name => name.match(/[\w.]+/g) ?? []))
  const left = [...names, ...methods].filter(name => !called.has(name))
  expect(left).toEqual(ELSEWHERE)
})
