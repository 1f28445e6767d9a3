/** Whatever plain JavaScript passes, the answer is a DlError or a result, never a TypeError. */
import * as dl from '@dl/core'
import { Buffer, DlError, Generator, Parameter } from '@dl/core'
import { dispose, ones, scalar, square, type Tensor, zeros } from '@tensorflow/tfjs-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { answersInWords, type Call } from '../../../scripts/wrong-kinds'

/** For authors of kernels and of checks; what runs in every step and in every page checks nothing. */
const UNCHECKED = [
  'adamStep',
  'allOrNothing',
  'announceBackend',
  'backendInfo',
  'clipScale',
  'decayed',
  'defineFusedKernel',
  'nearest',
  'ownBackend',
  'processorName',
  'refuseTooLarge',
  'repairKernels',
  'sameShape',
  'sgdStep',
  'threefryWords',
]

const of: Record<'x' | 'labels' | 'channel' | 'steps' | 'state' | 'one', Tensor> = {} as never
const layers: Record<string, dl.RecurrentWeights[]> = {}
beforeAll(() => {
  of.x = zeros([2, 3])
  of.labels = zeros([2], 'int32')
  of.channel = ones([3])
  of.steps = zeros([2, 2, 3])
  of.state = zeros([2, 2, 4])
  of.one = scalar(1)
  for (const [op, gates] of [['rnn', 1] as const, ['gru', 3] as const, ['lstm', 4] as const]) {
    layers[op] = [3, 4].map(width => ({
      wIh: zeros([width, 4 * gates]),
      wHh: zeros([4, 4 * gates]),
    }))
  }
})
afterAll(() => dispose([of, layers] as never))

/** For each option `name` the call with it alone. */
const options = (op: string, names: string[], call: Call): Record<string, Call> =>
  Object.fromEntries([
    [`${op}(options)`, call],
    ...names.map(name => [`${op}(${name})`, (v: unknown) => call({ [name]: v } as never)]),
  ])

/** The parts that the recurrent operations share. */
function recurrent(op: 'rnn' | 'gru' | 'lstm', names: string[]): Record<string, Call> {
  const run = { rnn: dl.rnn, gru: dl.gru, lstm: dl.lstm }[op] as (...args: unknown[]) => unknown
  const first = () => (op === 'lstm' ? { h: of.state, c: of.state } : of.state)
  const weights = (other: object) => [{ ...layers[op]![0], ...other }, layers[op]![1]]
  return {
    [`${op}(x)`]: v => run(v, first(), layers[op]),
    [`${op}(initial)`]: v => run(of.steps, v, layers[op]),
    [`${op}(layers)`]: v => run(of.steps, first(), v),
    [`${op}(layer)`]: v => run(of.steps, first(), [v]),
    [`${op}(wIh)`]: v => run(of.steps, first(), weights({ wIh: v })),
    [`${op}(wHh)`]: v => run(of.steps, first(), weights({ wHh: v })),
    [`${op}(bIh)`]: v => run(of.steps, first(), weights({ bIh: v })),
    [`${op}(bHh)`]: v => run(of.steps, first(), weights({ bHh: v })),
    ...options(op, [...names, 'dropout', 'training'], v => run(of.steps, first(), layers[op], v)),
    [`${op}(generator)`]: v => run(of.steps, first(), layers[op], { dropout: 0.5, generator: v }),
  }
}

const gradients = (f: never, xs: never) => dl.valueAndGrads(f, xs).dispose()
const parameter = (initial: unknown, rest?: object) =>
  new Parameter(initial as never, rest).dispose()
const buffer = (initial: unknown, rest?: object) => new Buffer(initial as never, rest).dispose()

/** Does `f` to what has to be disposed after it. */
function within<T extends { dispose(): void }>(thing: T, f: (thing: T) => unknown): void {
  try {
    f(thing)
  } finally {
    thing.dispose()
  }
}

/** Each argument and each option of each export, the others being right. */
const CALLS: Record<string, Call> = {
  'detach(tensor)': v => dl.detach(v),
  'noGrad(f)': v => dl.noGrad(v),
  'valueAndGrads(f)': v => gradients(v, [] as never),
  'valueAndGrads(xs)': v => gradients((() => scalar(1)) as never, v),
  'valueAndGrads(x)': v => gradients((() => square(of.one)) as never, [of.one, v] as never),
  'new Buffer(initial)': v => buffer(v),
  'new Buffer(made)': v => buffer(() => v),
  ...options('new Buffer', ['persistent', 'carried'], v => buffer(of.one, v)),
  'buffer.write(next)': v => within(new Buffer(of.one), b => b.write(v)),
  'isBuffer(value)': v => dl.isBuffer(v),
  'new Parameter(initial)': v => parameter(v),
  'new Parameter(made)': v => parameter(() => v),
  ...options('new Parameter', ['torchAxes'], v => parameter(of.x, v)),
  'parameter.assign(next)': v => within(new Parameter(of.one), p => p.assign(v)),
  'isParameter(value)': v => dl.isParameter(v),
  'new DlError(code)': v => new DlError(v, { problem: 'p' }),
  ...options('new DlError', ['problem', 'expected', 'fix', 'cause'], v => new DlError('c', v)),
  'DlError.is(error)': v => DlError.is(v),
  'DlError.is(code)': v => DlError.is(new DlError('c', { problem: 'p' }), v),
  'showShape(shape)': v => dl.showShape(v),
  'showShape(size)': v => dl.showShape([v]),
  'showValue(value)': v => dl.showValue(v),
  'opInfo()': v => (dl.opInfo as Call)(v),
  'holdings(backendName)': v => dl.holdings(v),
  'leakGuard()': v => (dl.leakGuard as Call)(v),
  'leakGuard().check(label)': v => {
    const guard = dl.leakGuard()
    within(scalar(1), () => guard.check(v))
  },
  'occupy(model)': v => dl.occupy(v, 'fit').leave(),
  'occupy(who)': v => {
    const model = {}
    dl.occupy(model, 'fit')
    dl.occupy(model, v)
  },
  'occupy(first who)': v => {
    const model = {}
    dl.occupy(model, v)
    dl.occupy(model, 'fit')
  },
  ...options('occupy', ['alone'], v => dl.occupy({}, 'fit', v)),
  'occupancy.lend(work)': v => dl.occupy({}, 'fit').lend(v),
  'setAside(model)': v => dl.setAside(v)(),
  // what a function of yours gives is yours to get right
  'setAside(namedModules)': v => typeof v === 'function' || dl.setAside({ namedModules: v })(),
  'setAside(namedBuffers)': v => typeof v === 'function' || dl.setAside({ namedBuffers: v })(),
  'setAside(training)': v => dl.setAside({ training: v })(),
  'setAside(train)': v => dl.setAside({ training: true, train: v })(),
  'setAside(eval)': v => dl.setAside({ training: false, eval: v })(),
  ...options('setAside', ['state'], v => dl.setAside({}, v)()),
  'batchNorm(x)': v => dl.batchNorm(v),
  ...options('batchNorm', ['gamma', 'beta', 'eps', 'relu'], v => dl.batchNorm(of.x, v)),
  'batchNormInference(x)': v =>
    dl.batchNormInference(v, { mean: of.channel, variance: of.channel }),
  'batchNormInference(statistics)': v => dl.batchNormInference(of.x, v),
  'batchNormInference(mean)': v => dl.batchNormInference(of.x, { mean: v, variance: of.channel }),
  'batchNormInference(variance)': v =>
    dl.batchNormInference(of.x, { mean: of.channel, variance: v }),
  ...options('batchNormInference', ['gamma', 'beta', 'eps', 'relu'], v =>
    dl.batchNormInference(of.x, { mean: of.channel, variance: of.channel }, v),
  ),
  'binaryCrossEntropy(logits)': v => dl.binaryCrossEntropy(v, of.x),
  'binaryCrossEntropy(targets)': v => dl.binaryCrossEntropy(of.x, v),
  ...options('binaryCrossEntropy', ['reduction'], v => dl.binaryCrossEntropy(of.x, of.x, v)),
  'crossEntropy(logits)': v => dl.crossEntropy(v, of.labels),
  'crossEntropy(labels)': v => dl.crossEntropy(of.x, v),
  ...options('crossEntropy', ['reduction', 'ignoreIndex'], v =>
    dl.crossEntropy(of.x, of.labels, v),
  ),
  'dropout(x)': v => dl.dropout(v, 0.5),
  'dropout(p)': v => dl.dropout(of.x, v),
  ...options('dropout', ['training', 'generator'], v => dl.dropout(of.x, 0.5, v)),
  'embedding(weight)': v => dl.embedding(v, of.labels),
  'embedding(ids)': v => dl.embedding(of.x, v),
  ...recurrent('rnn', ['nonlinearity']),
  ...recurrent('gru', []),
  ...recurrent('lstm', []),
  'lstm(h)': v => dl.lstm(of.steps, { h: v, c: of.state }, layers.lstm!),
  'lstm(c)': v => dl.lstm(of.steps, { h: of.state, c: v }, layers.lstm!),
  'softmax(x)': v => dl.softmax(v),
  'softmax(axis)': v => dl.softmax(of.x, v),
  'logSoftmax(x)': v => dl.logSoftmax(v),
  'logSoftmax(axis)': v => dl.logSoftmax(of.x, v),
  'logSumExp(x)': v => dl.logSumExp(v),
  'logSumExp(axis)': v => dl.logSumExp(of.x, v),
  'logSumExp(axes)': v => dl.logSumExp(of.x, [v]),
  'logSumExp(keepDims)': v => dl.logSumExp(of.x, 1, v),
  'checkOptions(options)': v => dl.checkOptions('f', v as { name?: 1 }, ['name']),
  'defaultGenerator()': v => (dl.defaultGenerator as Call)(v),
  'new Generator(seed)': v => new Generator(v),
  'generator.reserve(length)': v => new Generator(1).reserve(v),
  'generator.words(length)': v => new Generator(1).words(v),
  'generator.uniform(length)': v => new Generator(1).uniform(v),
  'generator.uniform(low)': v => new Generator(1).uniform(2, v),
  'generator.uniform(high)': v => new Generator(1).uniform(2, 0, v),
  'generator.normal(length)': v => new Generator(1).normal(v),
  'generator.normal(mean)': v => new Generator(1).normal(2, v),
  'generator.normal(std)': v => new Generator(1).normal(2, 0, v),
  'generator.int(below)': v => new Generator(1).int(v),
  'generator.permutation(length)': v => new Generator(1).permutation(v),
  'generator.fork(label)': v => new Generator(1).fork(v),
  'generator.restore(state)': v => new Generator(1).restore(v),
  'generator.restore(key)': v => new Generator(1).restore({ key: v, counter: 0 }),
  'generator.restore(counter)': v => new Generator(1).restore({ key: [0, 0], counter: v }),
  'manualSeed(seed)': v => dl.manualSeed(v),
}

answersInWords(CALLS, result => dispose(result as never))

it('covers every function and class that is exported', () => {
  const names = Object.entries(dl).flatMap(([name, value]) =>
    typeof value === 'function' ? [name] : [],
  )
  const called = new Set(Object.keys(CALLS).map(call => /^(?:new )?\w+/.exec(call)?.[0]))
  const left = names.filter(name => !called.has(name) && !called.has(`new ${name}`))
  expect(left.toSorted()).toEqual(UNCHECKED)
})

it.each<[Call, string]>([
  [() => dl.dropout(of.x, '' as never), 'dropout got p ""; expected a number from 0 to 1.'],
  [() => dl.softmax(of.x, 2), 'softmax got axis 2; expected an axis of [2, 3].'],
  [() => dl.detach(3 as never), 'detach got tensor 3; expected a tensor.'],
  [
    () => dl.rnn(of.steps, of.state, layers.rnn!, { nonlinearity: 'gelu' as never }),
    'rnn got nonlinearity "gelu"',
  ],
  [
    () => dl.gru(of.steps, of.state, layers.gru!, { droput: 0.5 } as never),
    'Did you mean dropout?',
  ],
  [
    () => new Generator(1).uniform(1.5),
    'Generator got length 1.5; expected an integer of at least 0.',
  ],
])('%s', (call, message) => {
  expect(call as () => unknown).toThrow(message)
})
