/** Whatever is passed: a layer is made, or a DlError says what was expected. */
import { DlError } from '@dl/core'
import * as dl from '@dl/layers'
import { dispose, type Tensor, zeros } from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'

type Make = (...args: unknown[]) => unknown

/** Arguments that are right, for each class. */
const right: Record<string, unknown[]> = {
  AdaptiveAvgPool2d: [1],
  AdaptiveConcatPool2d: [1],
  AdaptiveMaxPool2d: [1],
  AvgPool2d: [2, {}],
  BatchNorm1d: [2, {}],
  BatchNorm2d: [2, {}],
  Conv1d: [2, 4, 3, {}],
  Conv2d: [2, 4, 3, {}],
  ConvTranspose2d: [2, 4, 3, {}],
  Dropout: [0.5],
  Dropout2d: [0.5],
  ELU: [1],
  Embedding: [3, 2, {}],
  Flatten: [{}],
  GELU: [{}],
  GRU: [2, 3, {}],
  GRUCell: [2, 3, {}],
  GroupNorm: [2, 4, {}],
  Identity: [],
  InstanceNorm1d: [2, {}],
  InstanceNorm2d: [2, {}],
  LSTM: [2, 3, {}],
  LSTMCell: [2, 3, {}],
  LayerNorm: [2, {}],
  LeakyReLU: [0.1],
  Linear: [2, 3, {}],
  LockedDropout: [0.5],
  LogSoftmax: [],
  MaxPool2d: [2, {}],
  ModuleList: [[]],
  QRNN: [2, 3, {}],
  RNN: [2, 3, {}],
  RNNCell: [2, 3, {}],
  ReLU: [],
  ReflectionPad2d: [1],
  Sequential: [],
  SiLU: [],
  Sigmoid: [],
  Softmax: [],
  Softplus: [{}],
  Tanh: [],
  Upsample: [{ scaleFactor: 2 }],
  ZeroPad2d: [1],
}

const classes = Object.entries(dl).filter(([name, value]) => {
  return /^[A-Z]/.test(name) && (value as { prototype?: unknown }).prototype instanceof dl.Module
}) as [string, new (...args: unknown[]) => dl.AnyModule][]

const wrong: unknown[] = [
  undefined,
  null,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  -1,
  0,
  0.5,
  2n,
  '2',
  '',
  true,
  Symbol('two'),
  [],
  [2, null],
  [1, 2, 3],
  {},
  { oops: 1 },
  Object.create(null),
  new Map(),
  () => 2,
  class {},
]

/** Calls with each argument wrong in turn, and with all of them wrong. */
function callsOf(args: readonly unknown[]): unknown[][] {
  const one = args.flatMap((_, i) => wrong.map(value => args.map((a, j) => (i === j ? value : a))))
  return [...one, ...wrong.map(value => args.map(() => value)), ...wrong.map(value => [value])]
}

const show = (args: unknown[]) => args.map(arg => `${typeof arg} ${dl2(arg)}`).join(', ')
const dl2 = (value: unknown) => (Array.isArray(value) ? JSON.stringify(value) : '')

/** What came that was no DlError. */
function strays(make: Make, calls: unknown[][]): string[] {
  return calls.flatMap(args => {
    try {
      dispose(make(...args) as never)
    } catch (error) {
      if (!DlError.is(error)) return [`${show(args)}: ${error}`]
      if (/undefined is not|cannot read/i.test(error.message)) return [error.message]
    }
    return []
  })
}

it('knows right arguments of every class', () => {
  const names = classes
    .map(([name]) => name)
    .filter(name => !['Module', 'SaveFeatures'].includes(name))
  expect(Object.keys(right).toSorted()).toEqual(names.toSorted())
})

it.each(classes)('%s is made, or refused by a DlError', (name, Kind) => {
  const made = (...args: unknown[]) => new Kind(...args)
  made(...right[name]!).dispose()
  const calls = callsOf(right[name]!)
  const stray = strays((...args) => {
    made(...args).dispose()
    return []
  }, calls)
  expect(stray).toEqual([])
})

describe('every option', () => {
  const options: Record<string, string[]> = {
    AvgPool2d: ['stride', 'padding', 'ceilMode', 'countIncludePad'],
    BatchNorm1d: ['eps', 'momentum', 'affine'],
    Conv1d: ['stride', 'padding', 'dilation', 'groups', 'bias'],
    Conv2d: ['stride', 'padding', 'dilation', 'groups', 'bias'],
    ConvTranspose2d: ['stride', 'padding', 'outputPadding', 'dilation', 'groups', 'bias'],
    Embedding: ['paddingIdx', 'dropout'],
    Flatten: ['channelsFirst'],
    GELU: ['approximate'],
    GRU: ['layers', 'dropout', 'weightDrop', 'bias', 'bidirectional', 'batchFirst', 'stateful'],
    GRUCell: ['bias'],
    GroupNorm: ['eps', 'affine'],
    LSTM: ['layers', 'dropout', 'weightDrop', 'bias', 'bidirectional', 'batchFirst', 'stateful'],
    LayerNorm: ['eps', 'affine'],
    Linear: ['bias'],
    MaxPool2d: ['stride', 'padding', 'ceilMode'],
    QRNN: ['layers', 'window', 'zoneout', 'outputGate', 'dropout', 'stateful'],
    RNN: [
      'layers',
      'dropout',
      'weightDrop',
      'nonlinearity',
      'bias',
      'bidirectional',
      'batchFirst',
      'stateful',
    ],
    RNNCell: ['nonlinearity', 'bias'],
    Softplus: ['beta', 'threshold'],
    Upsample: ['size', 'scaleFactor', 'mode', 'alignCorners'],
    ZeroPad2d: ['top', 'bottom', 'left', 'right'],
  }
  const kinds = Object.fromEntries(classes)

  it.each(Object.entries(options))('of %s refuses NaN, text and functions', (name, names) => {
    const args = right[name]!.filter(arg => typeof arg !== 'object').slice(
      0,
      name === 'ZeroPad2d' ? 0 : 3,
    )
    const rest = name === 'Upsample' ? { scaleFactor: 2 } : {}
    for (const option of names) {
      for (const value of [Number.NaN, 'same', () => 1, null]) {
        // the mean of all batches
        if (option === 'momentum' && value === null) continue
        expect(
          () => new kinds[name]!(...args, { ...rest, [option]: value }),
          `${option} ${typeof value}`,
        ).toThrow(DlError)
      }
      const misspelt = `${option}s`
      expect(() => new kinds[name]!(...args, { [misspelt]: 1 })).toThrow(
        `${name} has no option ${misspelt}; expected one of`,
      )
      expect(() => new kinds[name]!(...args, { [misspelt]: 1 })).toThrow(`Did you mean ${option}?`)
    }
  })
})

it.each<[string, object, string]>([
  ['RNN', { dropout: Number.NaN }, 'RNN got dropout NaN; expected a number from 0 to 1.'],
  ['GRU', { dropout: -1 }, 'GRU got dropout -1; expected a number from 0 to 1.'],
  ['LSTM', { dropout: 2 }, 'LSTM got dropout 2; expected a number from 0 to 1.'],
  ['LSTM', { layers: 0 }, 'LSTM got layers 0; expected an integer of at least 1.'],
  ['RNN', { nonlinearity: 'gelu' }, 'RNN got nonlinearity "gelu"; expected one of "tanh", "relu".'],
  ['GRU', { bias: 0 }, 'GRU got bias 0; expected true or false.'],
  ['GRU', { batch_first: true }, 'Did you mean batchFirst?'],
])('%s with %j', (name, options, message) => {
  const Kind = Object.fromEntries(classes)[name]!
  expect(() => new Kind(2, 3, options)).toThrow(message)
  expect(() => new Kind(2, 3, options)).toThrow(DlError)
})

describe('functions', () => {
  const maps = () => zeros([1, 4, 4, 2])
  const sequences = () => zeros([1, 4, 2])
  const calls: Record<string, () => unknown[]> = {
    activationRegularization: () => [sequences(), 1],
    activationRegularizer: () => [new dl.LockedDropout(), {}],
    temporalActivationRegularization: () => [sequences(), 1],
    lockedDropout: () => [sequences(), 0.5],
    adaptiveMaxPool2d: () => [maps(), 1],
    avgPool2d: () => [maps(), 2, {}],
    conv1d: () => [sequences(), zeros([3, 2, 2]), null, {}],
    conv2d: () => [maps(), zeros([3, 3, 2, 2]), null, {}],
    convTranspose2d: () => [maps(), zeros([3, 3, 2, 2]), null, {}],
    dropout2d: () => [maps(), 0.5],
    elu: () => [maps(), 1],
    flatten: () => [maps(), {}],
    gelu: () => [maps(), {}],
    groupNorm: () => [maps(), 2, {}],
    interpolate: () => [maps(), { scaleFactor: 2 }],
    layerNorm: () => [maps(), 1, {}],
    leakyRelu: () => [maps(), 0.1],
    maxPool2d: () => [maps(), 2, {}],
    reflectionPad2d: () => [maps(), 1],
    silu: () => [maps()],
    softplus: () => [maps(), {}],
    zeroPad2d: () => [maps(), 1],
    mse: () => [maps(), maps(), {}],
    l1: () => [maps(), maps(), {}],
    huber: () => [maps(), maps(), {}],
    klDiv: () => [maps(), maps(), {}],
    nll: () => [zeros([2, 3]), zeros([2], 'int32'), {}],
    crossEntropy: () => [zeros([2, 3]), zeros([2], 'int32'), {}],
    linearCrossEntropy: () => [zeros([2, 3]), new dl.Linear(3, 4), zeros([2], 'int32'), {}],
    binaryCrossEntropy: () => [maps(), maps(), {}],
    tie: () => [{}, {}],
    gain: () => ['relu', 0],
    kaimingNormal: () => [{}],
    kaimingUniform: () => [{}],
    normal: () => [{}],
    orthogonal: () => [{}],
    uniform: () => [{}],
    xavierNormal: () => [{}],
    xavierUniform: () => [{}],
  }

  it.each(Object.entries(calls))('%s works, or throws a DlError', (name, args) => {
    const given = args()
    const call = (dl as unknown as Record<string, Make>)[name]!
    expect(strays(call, callsOf(given))).toEqual([])
    dispose(given.filter(arg => (arg as Tensor | null)?.dtype !== undefined) as Tensor[])
    for (const arg of given) if (dl.isModule(arg)) arg.dispose()
  })
})

describe('a Sequential', () => {
  it('behind a recurrent layer says what to pass on', () => {
    const model = new dl.Sequential(new dl.GRU(2, 3) as never, new dl.Linear(3, 1))
    const x = zeros([4, 1, 2])
    expect(() => model.call(x)).toThrow(
      "Sequential's module 1, Linear, got an object with output, h; expected a tensor. A recurrent layer returns its output and its state: pass on `.output`, in a Module whose forward calls both layers.",
    )
    expect(() => model.call(x)).toThrow(DlError)
    x.dispose()
    model.dispose()
  })

  it.each<[unknown, string]>([
    [
      dl.ReLU,
      'Sequential got the function ReLU as its module 1; expected a Module. Pass an instance',
    ],
    [dl.relu, 'Pass an instance: new ReLU() in place of ReLU or relu.'],
    [[new dl.ReLU()], 'Spread the array: new Sequential(...modules).'],
    [null, 'Sequential got null as its module 1; expected a Module.'],
  ])('of %o', (module, message) => {
    expect(() => new dl.Sequential(new dl.ReLU(), module as never)).toThrow(message)
  })
})
