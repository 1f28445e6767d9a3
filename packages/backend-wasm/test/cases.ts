/** Calls that are large enough to be shared among threads, and how results are compared to the bit. */
import {
  adamStep,
  batchNorm,
  binaryCrossEntropy,
  crossEntropy,
  dropout,
  Generator,
  gru,
  lstm,
  rnn,
  valueAndGrads,
} from '@dl/core'
import {
  argMax,
  avgPool,
  cast,
  clipByValue,
  clone,
  conv2d,
  depthwiseConv2d,
  exp,
  gather,
  greater,
  matMul,
  max,
  maxPool,
  mean,
  mirrorPad,
  mul,
  reverse,
  softmax,
  sum,
  type Tensor,
  tanh,
  transpose,
  unsortedSegmentSum,
  where,
  zeros,
} from '@tensorflow/tfjs-core'
import { floats, ints, type Result, type Value } from './helpers'

/** Where two lists of results differ; quicker than comparing them element by element with `expect`. */
export const differences = (got: Result[], wanted: Result[]): string[] =>
  wanted.flatMap(({ values }, i) => {
    const at = values.findIndex((x, j) => !Object.is(x, got[i]!.values[j]))
    return at < 0 ? [] : [`output ${i}, element ${at}: ${got[i]!.values[at]} for ${values[at]}`]
  })

export type Case = [name: string, f: (...xs: Tensor[]) => Tensor | Tensor[], inputs: Value[]]

export const CASES: Case[] = [
  ['matMul', (a, b) => matMul(a, b), [floats(301, 517), floats(517, 263)]],
  ['a long product', (a, b) => matMul(a, b, true), [floats(20_000, 9), floats(20_000, 17)]],
  ['matMul of transposes', (a, b) => matMul(a, b, true, true), [floats(300, 97), floats(410, 300)]],
  ['one row', (a, b) => matMul(a, b), [floats(1, 700), floats(700, 3001)]],
  ['dots', (a, b) => matMul(a, b, false, true), [floats(2, 700), floats(1501, 700)]],
  ['exp', x => exp(x), [floats(100_003)]],
  ['broadcasting', (a, b) => mul(a, b), [floats(7, 1, 501, 5), floats(11, 1, 5)]],
  ['the sum of all', x => sum(x), [floats(100_003)]],
  ['sums of columns', x => sum(x, 0), [floats(9001, 13)]],
  ['means of rows', x => mean(x, 1), [floats(301, 211)]],
  ['middle axis', x => max(x, 1), [floats(31, 67, 45)]],
  ['largest of maps', x => max(x, [1, 2]), [floats(2, 61, 67, 165)]],
  ['clipped, then integers', x => cast(clipByValue(x, -1, 2), 'int32'), [floats(100_003)]],
  ['comparisons', (a, b) => where(greater(a, b), a, mul(b, 2)), [floats(100_003), floats(100_003)]],
  ['argMax', x => argMax(x, 1), [floats(5003, 17)]],
  [
    'mirrored images',
    x =>
      reverse(
        mirrorPad(
          x as never,
          [
            [0, 0],
            [4, 4],
            [4, 4],
            [0, 0],
          ] as never,
          'reflect',
        ),
        2,
      ),
    [floats(17, 32, 32, 3)],
  ],
  ['softmax', x => softmax(x), [floats(1001, 67)]],
  ['transpose', x => transpose(x), [floats(601, 203)]],
  ['gather', (x, ids) => gather(x, ids as never), [floats(50, 77), ints(50, 3001)]],
  [
    'segment sum',
    (x, ids) => unsortedSegmentSum(x, ids as never, 50),
    [floats(5001, 67), ints(50, 5001)],
  ],
  ['dropout', x => dropout(x, 0.3, { generator: new Generator(3) }), [floats(100_003)]],
  [
    'cross-entropy and its gradient',
    (x, labels) => {
      const { value, grads } = valueAndGrads(() => crossEntropy(tanh(x), labels), [x])
      return [value, grads[0]!]
    },
    [floats(2003, 61), ints(61, 2003)],
  ],
  [
    'batch norm and its gradients',
    (x, gamma) => {
      const run = () => sum(tanh(batchNorm(x, { gamma, relu: 'before' }).output)) as Tensor
      const { value, grads } = valueAndGrads(run, [x, gamma])
      return [value, ...(grads as Tensor[])]
    },
    [floats(9, 31, 31, 37), floats(37)],
  ],
  [
    'pooling and its gradients',
    x => {
      const run = () => sum(tanh(avgPool(maxPool(x as never, 3, 2, 'same'), 2, 1, 'valid')))
      const { value, grads } = valueAndGrads(run, [x])
      return [value, grads[0]!]
    },
    [floats(3, 61, 67, 131)],
  ],
  [
    'an LSTM and its gradients',
    (x, wIh, wHh, bIh) => {
      const h = zeros([1, 37, 96])
      const run = () =>
        sum(tanh(lstm(x as never, { h, c: h } as never, [{ wIh, wHh, bIh } as never]).output))
      const { value, grads } = valueAndGrads(run, [x, wIh, wHh, bIh])
      return [value, ...(grads as Tensor[])]
    },
    [floats(5, 37, 50), floats(50, 384), floats(96, 384), floats(384)],
  ],
  ...(
    [
      ['rnn', 1],
      ['gru', 3],
      ['lstm', 4],
    ] as const
  ).map(
    ([kind, gates]): Case => [
      `a batch of nothing through ${kind}`,
      (wIh, wHh) => {
        const [x, state] = [zeros([2, 0, 3]), zeros([1, 0, 4])]
        const layer = [{ wIh: wIh!, wHh: wHh! }]
        const run = () => {
          if (kind === 'lstm') return sum(lstm(x, { h: state, c: state }, layer).output) as Tensor
          return sum((kind === 'rnn' ? rnn : gru)(x, state, layer).output) as Tensor
        }
        const { value, grads } = valueAndGrads(run, [wIh!, wHh!])
        return [value, ...(grads as Tensor[])]
      },
      [floats(3, gates * 4), floats(4, gates * 4)],
    ],
  ),
  [
    'cross-entropy over many classes',
    (x, labels) => crossEntropy(x!, labels!, { reduction: 'none' }),
    [floats(7, 50_003), ints(50_003, 7)],
  ],
  [
    'binary cross-entropy and its gradient',
    (x, t) => {
      const { value, grads } = valueAndGrads(() => binaryCrossEntropy(x!, t!), [x!])
      return [value, grads[0]!]
    },
    [floats(100_003), floats(100_003)],
  ],
  ...[1, 2].map(
    (stride): Case => [
      `a convolution with stride ${stride} and its gradients`,
      (x, filter) => {
        const run = () => sum(tanh(conv2d(x as never, filter as never, stride, 'same')))
        const { value, grads } = valueAndGrads(run, [x, filter])
        return [value, ...(grads as Tensor[])]
      },
      [floats(5, 23, 23, 13), floats(5, 3, 13, 21)],
    ],
  ),
  [
    'a depthwise convolution and its gradients',
    (x, filter) => {
      const run = () => sum(tanh(depthwiseConv2d(x as never, filter as never, 2, 'same')))
      const { value, grads } = valueAndGrads(run, [x, filter])
      return [value, ...(grads as Tensor[])]
    },
    [floats(5, 47, 47, 21), floats(3, 3, 21, 2)],
  ],
  [
    'a step of Adam',
    (param, grad, m) => {
      const rates = { lr: 1e-2, beta1: 0.9, beta2: 0.99, eps: 1e-8, step: 3 }
      const state = { param: clone(param), grad, m: clone(m), v: mul(m, m) }
      return Object.values(adamStep(state, { ...rates, weightDecay: 0.1, decoupledDecay: 0.1 }))
    },
    [floats(100_003), floats(100_003), floats(100_003)],
  ],
]
