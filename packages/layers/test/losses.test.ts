import { DlError, valueAndGrads } from '@dl/core'
import {
  binaryCrossEntropy,
  crossEntropy,
  GRU,
  huber,
  klDiv,
  l1,
  logSoftmax,
  mse,
  nll,
  softmax,
} from '@dl/layers'
import {
  add,
  cast,
  dispose,
  div,
  equal,
  fill,
  mul,
  ones,
  sum,
  type Tensor,
  tensor,
  tidy,
  where,
  zeros,
} from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import { expectGolden, type Golden, hashed, hashedIds, readFixture } from '../../../scripts/golden'

type Loss = (output: Tensor, target: Tensor, options?: object) => Tensor

const losses: Record<string, Loss> = {
  mse,
  l1,
  huber,
  nll,
  klDiv,
  crossEntropy,
  binaryCrossEntropy,
}

const labels = () => hashedIds(2, [7], 5)

const targets: Record<string, () => Tensor> = {
  numbers: () => hashed(2, [3, 4]),
  labels,
  ids: () => hashedIds(2, [2, 3], 4),
  ignoring: () => where(equal(labels(), 1), fill([7], -100, 'int32'), labels()),
  soft: () => softmax(hashed(2, [7, 5], 3)),
  binary: () => cast(hashedIds(2, [5, 3], 2), 'float32'),
  shares: () => div(add(hashed(2, [5, 3]), 1), 2),
}

interface Case {
  loss: string
  shape: number[]
  scale: number
  log: boolean
  target: string
  options: { logTarget?: boolean }
  results: Record<'loss' | 'output', Golden>
}

it.each(readFixture<Case[]>(import.meta.url, 'losses'))(
  '$loss is PyTorch’s for $target, $options',
  async ({ loss, shape, scale, log, target, options, results }) => {
    const x = hashed(1, shape, scale)
    const wanted = tidy(() => {
      const t = targets[target]!()
      return options.logTarget ? logSoftmax(hashed(2, [7, 5], 3)) : t
    })
    const of = (output: Tensor) => losses[loss]!(log ? logSoftmax(output) : output, wanted, options)
    const value = tidy(() => of(x))
    await expectGolden('loss', value, results.loss, 2e-6)
    const step = valueAndGrads(() => {
      const each = of(x)
      return sum(
        mul(each, each.rank === 0 ? tidy(() => sum(hashed(3, [1]))) : hashed(3, each.shape)),
      )
    }, [x])
    await expectGolden('gradient', step.grads[0]!, results.output, 5e-6)
    step.dispose()
    dispose([x, wanted, value])
  },
)

describe('shapes that could be broadcast are refused', () => {
  it.each(['mse', 'l1', 'huber', 'klDiv', 'binaryCrossEntropy'])('by %s', name => {
    const [output, target, wide] = [zeros([4, 1]), zeros([4]), zeros([4, 3])]
    const what = name === 'binaryCrossEntropy' ? 'logit' : 'output'
    expect(() => losses[name]!(output, target)).toThrow(
      `${name} got ${what}s of shape [4, 1] and targets of [4]; expected one target for each ${what}. Give them one shape: reshape(output, [4]) in the model, or reshape(target, [4, 1]) in the data.`,
    )
    expect(() => losses[name]!(wide, target)).toThrow('labels of classes, take crossEntropy')
    expect(() => losses[name]!(wide, output)).toThrow(DlError)
    dispose([output, target, wide])
  })

  it.each(['nll', 'crossEntropy'])('by %s', name => {
    const [output, floats, column, ints] = [
      zeros([4, 3]),
      zeros([4]),
      zeros([4, 1], 'int32'),
      zeros([3], 'int32'),
    ]
    const rows = name === 'nll' ? 'logProbs' : 'logits'
    expect(() => losses[name]!(output, floats)).toThrow(
      `${name} got ${rows} [4, 3] and float32 labels [4]; expected int32 labels [4]: one for each row of ${rows}. Convert them: cast(labels, 'int32').`,
    )
    expect(() => losses[name]!(output, column)).toThrow('reshape(labels, [4])')
    expect(() => losses[name]!(output, ints)).toThrow('Compare what the last layer puts out')
    expect(() => losses[name]!(floats, output)).toThrow(DlError)
    dispose([output, floats, column, ints])
  })
})

describe('options', () => {
  it.each<[string, object, string]>([
    [
      'mse',
      { reduction: 'avg' },
      'mse got reduction "avg"; expected one of "mean", "sum", "none".',
    ],
    ['l1', { reducton: 'sum' }, 'l1 has no option reducton; expected one of reduction. Did you'],
    ['huber', { delta: 0 }, 'huber got delta 0; expected a number above 0.'],
    ['huber', { delta: Number.NaN }, 'huber got delta NaN'],
    ['klDiv', { reduction: 'batchmean' }, '"none", "batchMean"'],
    ['klDiv', { logTarget: 1 }, 'klDiv got logTarget 1; expected true or false.'],
  ])('of %s: %j', (name, options, message) => {
    const [output, target] = [zeros([4, 3]), zeros([4, 3])]
    expect(() => losses[name]!(output, target, options)).toThrow(message)
    expect(() => losses[name]!(output, target, options)).toThrow(DlError)
    dispose([output, target])
  })

  it.each<[string, object, string]>([
    ['crossEntropy', { labelSmoothing: 1.5 }, 'crossEntropy got labelSmoothing 1.5; expected a nu'],
    ['crossEntropy', { weight: [1, 2] }, 'got weight [1, 2] for 3 classes; expected 3 numbers'],
    ['crossEntropy', { weight: [1, -2, 1] }, 'crossEntropy got weight[1] -2; expected a number of'],
    ['crossEntropy', { weights: [1, 2, 1] }, 'Did you mean weight?'],
    [
      'crossEntropy',
      { ignoreIndex: 0.5 },
      'crossEntropy got ignoreIndex 0.5; expected an integer.',
    ],
    ['nll', { weight: 'all' }, 'nll got weight "all" for 3 classes'],
    ['nll', { ignoreIndex: Number.NaN }, 'nll got ignoreIndex NaN; expected an integer.'],
  ])('of %s: %j', (name, options, message) => {
    const [output, target] = [zeros([4, 3]), zeros([4], 'int32')]
    expect(() => losses[name]!(output, target, options)).toThrow(message)
    expect(() => losses[name]!(output, target, options)).toThrow(DlError)
    dispose([output, target])
  })

  it('weights may be tensors, of the right shape', async () => {
    const [logits, target] = [hashed(1, [4, 3]), hashedIds(2, [4], 3)]
    const [weight, wrong] = [tensor([1, 2, 3]), tensor([1, 2])]
    const values = [weight, [1, 2, 3]].map(w =>
      crossEntropy(logits, target, { weight: w as Tensor }),
    )
    const [a, b] = await Promise.all(values.map(value => value.data()))
    expect(a).toEqual(b)
    expect(() => crossEntropy(logits, target, { weight: wrong })).toThrow(
      'crossEntropy got weights of float32 [2] for 3 classes; expected float32 [3].',
    )
    dispose([logits, target, weight, wrong, ...values])
  })

  it('ignoreIndex is for labels', () => {
    const [logits, soft] = [zeros([4, 3]), ones([4, 3])]
    expect(() => crossEntropy(logits, soft, { ignoreIndex: 0 })).toThrow(
      'crossEntropy got ignoreIndex 0 with probabilities for targets; expected it with labels only.',
    )
    dispose([logits, soft])
  })
})

it('of no rows that count the mean is NaN, and the gradient is none', async () => {
  const [logits, ignored] = [hashed(1, [2, 3]), fill([2], -100, 'int32')]
  for (const options of [{}, { weight: [1, 2, 3] }, { labelSmoothing: 0.1 }]) {
    const loss = crossEntropy(logits, ignored, options)
    expect([...(await loss.data())]).toEqual([Number.NaN])
    loss.dispose()
  }
  dispose([logits, ignored])
})

it('a label outside the classes is no number, whatever the weights', async () => {
  const [logProbs, wrong] = [hashed(1, [2, 3]), tensor([1, 3], [2], 'int32')]
  for (const options of [{}, { weight: [1, 2, 3] }, { reduction: 'none' as const }]) {
    const loss = nll(logProbs, wrong, options)
    expect((await loss.data()).at(-1)).toBeNaN()
    loss.dispose()
  }
  dispose([logProbs, wrong])
})

it('complain about the outputs of a recurrent layer, and say what to pass on', () => {
  const gru = new GRU(2, 3)
  const [x, target] = [zeros([2, 1, 2]), zeros([2, 1, 3])]
  const outputs = gru.call(x)
  expect(() => mse(outputs as never, target)).toThrow(
    'mse got an object with output, h; expected a tensor. A recurrent layer returns its output and its state: pass on `.output`',
  )
  dispose([x, target, outputs.output, outputs.h])
  gru.dispose()
})
