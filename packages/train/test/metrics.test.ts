import { crossEntropy, Linear, Module } from '@dl/layers'
import {
  accuracy,
  accuracyThreshold,
  type ClassScoreOptions,
  type CountMetric,
  confusionMatrix,
  evaluate,
  f1,
  fBeta,
  logLoss,
  perplexity,
  precision,
  topK,
} from '@dl/train'
import { mul, square, type Tensor, tensor, zeros } from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import { line, meanSquare } from './parts'

class Same extends Module {
  forward(x: Tensor): Tensor {
    return mul(x, 1)
  }
}

/** Two batches of scores for two classes, three rows and one. */
const loader = {
  length: 2,
  async *[Symbol.asyncIterator]() {
    const scores = tensor([
      [0, 3],
      [3, 0],
      [3, 0],
    ])
    yield { inputs: [scores], target: tensor([1, 0, 1], [3], 'int32'), items: 3 }
    yield { inputs: [tensor([[0, 3]])], target: tensor([1], [1], 'int32'), items: 1 }
  },
}

it('weights accuracy by items and makes perplexity of the mean loss', async () => {
  const { loss, metrics } = await evaluate(new Same(), loader, crossEntropy, {
    metrics: [accuracy, perplexity],
  })
  expect(metrics).toEqual({ accuracy: expect.closeTo(0.75, 6), perplexity: Math.exp(loss) })
  const [right, wrong] = [Math.log(1 + Math.exp(-3)), Math.log(1 + Math.exp(3))]
  expect(loss).toBeCloseTo((3 * right + wrong) / 4, 5)
})

describe('metrics of counts', () => {
  const rows: CountMetric = {
    name: 'rows',
    counts: output => tensor([output.shape[0]!, 1]),
    finish: ([rows, batches]) => rows! / batches!,
  }

  it('are made of sums over batches, whatever stands beside them', async () => {
    const { metrics } = await evaluate(new Same(), loader, crossEntropy, {
      metrics: [rows, accuracy, precision({ average: 'binary' }), perplexity],
    })
    expect(metrics).toMatchObject({ rows: 2, accuracy: expect.closeTo(0.75, 6), precision: 1 })
    expect(Object.keys(metrics)).toEqual(['rows', 'accuracy', 'precision', 'perplexity'])
  })

  it('must count the same things in each batch', async () => {
    const uneven = { ...rows, counts: (output: Tensor) => zeros([output.shape[0]!]) }
    const run = evaluate(new Same(), loader, crossEntropy, { metrics: [uneven] })
    await expect(run).rejects.toThrow(
      'rows gave 1 numbers, after 3 before; expected as many for each batch.',
    )
  })

  it('leave a class out of the mean that neither occurs nor is predicted', () => {
    expect(f1().finish([5, 0, 0, 5, 1, 0, 5, 1, 0])).toBe(0.5)
    expect(f1().finish([0, 0, 0])).toBe(0)
  })

  it.each<[string, () => unknown]>([
    [
      'precision got average "weighted"; expected one of macro, micro, binary.',
      () => precision({ average: 'weighted' as ClassScoreOptions['average'] }),
    ],
    [
      'precision got positive -1; expected the number of a class.',
      () => precision({ positive: -1 }),
    ],
    ['f2 got threshold 1; expected a number between 0 and 1.', () => fBeta(2, { threshold: 1 })],
    [
      'beta is 0; expected a number above 0. f1() weighs precision and recall alike.',
      () => fBeta(0),
    ],
    [
      'f1 is to be of class 2 and there are 2; expected an integer from 0 to 1.',
      () => f1({ average: 'binary', positive: 2 }).finish([1, 1, 1, 1, 1, 1]),
    ],
    ['k is 0; expected an integer of at least 1.', () => topK(0)],
    [
      'the threshold is NaN; expected a probability between 0 and 1.',
      () => accuracyThreshold(Number.NaN),
    ],
  ])('%s', (message, run) => {
    expect(run).toThrow(message)
  })

  it('refuse targets that do not go with the outputs', () => {
    const [output, target] = [zeros([4, 3]), zeros([4, 2])]
    expect(() => precision().counts(output, target)).toThrow(
      'precision got outputs of shape [4, 3] and targets of [4, 2]; expected a label, or 0 or 1 for each class, for each row of scores.',
    )
    expect(() => topK(2).batch(output, target)).toThrow(
      'top2 got scores of shape [4, 3] and labels of [4, 2]; expected at least 2 scores for each label.',
    )
    for (const t of [output, target]) t.dispose()
  })
})

describe('accuracies', () => {
  it.each([
    { shape: [3, 2], labels: [3, 1] },
    { shape: [2, 3, 2], labels: [6] },
  ])('take scores of $shape with labels of $labels row by row', async ({ shape, labels }) => {
    const rows = labels[0]!
    const output = tensor(Array.from({ length: rows }, (_, i) => [0.5, i % 2]).flat(), shape)
    // the last one is wrong
    const target = tensor(
      Array.from({ length: rows }, (_, i) => (i < rows - 1 ? i % 2 : 1 - (i % 2))),
      labels,
      'int32',
    )
    const part = accuracy.batch(output, target)
    expect((await part.data())[0]).toBeCloseTo((rows - 1) / rows, 6)
    for (const t of [output, target, part]) t.dispose()
  })

  // tfjs would broadcast, and count pairs that do not belong together
  it.each<[string, typeof accuracy.batch, number[], number[]]>([
    [
      'accuracy got scores of shape [3, 2] and labels of [1]; expected a label for each row of scores. accuracyThreshold is for targets of 0 and 1 for each class.',
      accuracy.batch,
      [3, 2],
      [1],
    ],
    ['accuracy got scores of shape [3, 3] and labels of [3, 3]', accuracy.batch, [3, 3], [3, 3]],
    [
      'accuracy got outputs of shape [3, 3] and targets of [3]; expected a target of 0 or 1 for each output. accuracy is for one label an item.',
      accuracyThreshold().batch,
      [3, 3],
      [3],
    ],
    [
      'half got outputs of shape [3, 2] and targets of [3, 1]',
      accuracyThreshold(0.5, { name: 'half' }).batch,
      [3, 2],
      [3, 1],
    ],
  ])('%s', (message, measure, shape, labels) => {
    const [output, target] = [zeros(shape), zeros(labels, 'int32')]
    expect(() => measure(output, target)).toThrow(message)
    for (const t of [output, target]) t.dispose()
  })
})

describe('topK', () => {
  const top = async (k: number, scores: number[], label: number) => {
    const [output, target] = [tensor([scores]), tensor([label], [1], 'int32')]
    const part = topK(k).batch(output, target)
    const [value] = await part.data()
    for (const t of [output, target, part]) t.dispose()
    return value
  }

  it('gives equal scores to the first of them, as accuracy does', async () => {
    expect(await top(1, [1, 1, 1], 0)).toBe(1)
    expect(await top(1, [1, 1, 1], 1)).toBe(0)
    expect(await top(2, [1, 1, 1], 1)).toBe(1)
  })

  it('knows log-probabilities of −∞, and what is NaN is not among the best', async () => {
    const never = Number.NEGATIVE_INFINITY
    expect(await top(2, [-1, never, never], 0)).toBe(1)
    expect(await top(1, [-1, never, never], 1)).toBe(0)
    expect(await top(2, [Number.NaN, Number.NaN, Number.NaN], 0)).toBe(0)
  })
})

describe('logLoss', () => {
  it('clips what would be infinite', async () => {
    const [sure, labels] = [tensor([[1, 0]]), tensor([1], [1], 'int32')]
    expect(await logLoss(sure, labels)).toBeCloseTo(Math.log(2 ** 23), 6)
    for (const t of [sure, labels]) t.dispose()
  })

  it('refuses log-probabilities, labels there are not, and other shapes', async () => {
    const complaint = async (p: Tensor, labels: Tensor) => {
      const { message } = await logLoss(p, labels).then(
        () => new Error('none'),
        (e: Error) => e,
      )
      for (const t of [p, labels]) t.dispose()
      return message
    }
    expect(
      await complaint(
        tensor([
          [1, 0],
          [-1, -2],
        ]),
        zeros([2], 'int32'),
      ),
    ).toBe(
      'logLoss got -1 for class 0 of item 1; expected probabilities, from 0 to 1. softmax makes them of logits and of log-probabilities.',
    )
    expect(await complaint(tensor([[1, 0]]), tensor([2], [1], 'int32'))).toBe(
      'logLoss got the label 2 for item 0; expected an integer from 0 to 1.',
    )
    expect(await complaint(zeros([2, 2]), zeros([3], 'int32'))).toBe(
      'logLoss got predictions of shape [2, 2] and targets of [3]; expected [N, classes] and [N], with at least one row.',
    )
  })
})

describe('confusionMatrix', () => {
  const CLASSES = ['cat', 'dog', 'frog']
  const labels = (values: number[]) => tensor(values, [values.length], 'int32')

  it('counts, shows an aligned table and the worst mistakes', async () => {
    const [predicted, actual] = [labels([0, 1, 1, 2, 0, 1]), labels([0, 0, 0, 2, 1, 1])]
    const matrix = await confusionMatrix(predicted, actual, CLASSES)
    expect(`${matrix}`).toMatchInlineSnapshot(`
      "      cat  dog  frog
      cat     1    2     0
      dog     1    1     0
      frog    0    0     1"
    `)
    expect(matrix).toMatchObject({ total: 6, accuracy: 0.5 })
    expect(matrix.mostConfused()).toEqual([
      { actual: 'cat', predicted: 'dog', count: 2 },
      { actual: 'dog', predicted: 'cat', count: 1 },
    ])
    expect(matrix.mostConfused(2)).toHaveLength(1)
    for (const t of [predicted, actual]) t.dispose()
  })

  it('refuses labels there are not, and other shapes', async () => {
    const [one, four, scores] = [labels([3]), labels([0, 0, 0, 0]), zeros([1, 2])]
    await expect(confusionMatrix(one, one, CLASSES)).rejects.toThrow(
      'confusionMatrix got the label 3 for item 0; expected an integer from 0 to 2.',
    )
    await expect(confusionMatrix(scores, one, CLASSES)).rejects.toThrow(
      'confusionMatrix got predictions of shape [1, 2], targets of [1] and 3 classes; expected [N, 3] or [N], and [N], with at least one row.',
    )
    await expect(confusionMatrix(one, four, CLASSES)).rejects.toThrow('targets of [4]')
    for (const t of [one, four, scores]) t.dispose()
  })
})

it('a mean that is a vector is refused, not cut to its first number', async () => {
  const model = new Linear(1, 1)
  const rows = { name: 'rows', batch: (output: Tensor) => square(output) }
  await expect(evaluate(model, line(1), meanSquare, { metrics: [rows] })).rejects.toThrow(
    'rows gave a tensor of shape [4, 1]; expected one number, the mean over the batch.',
  )
  const loss = (output: Tensor) => square(output)
  await expect(evaluate(model, line(1), loss)).rejects.toMatchObject({ code: 'bad-loss' })
  model.dispose()
})
