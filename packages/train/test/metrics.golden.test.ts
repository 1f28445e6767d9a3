import { Module } from '@dl/layers'
import {
  accuracyThreshold,
  type ClassScoreOptions,
  confusionMatrix,
  evaluate,
  f1,
  fBeta,
  logLoss,
  type Metric,
  precision,
  recall,
  topK,
} from '@dl/train'
import {
  cast,
  greater,
  mul,
  scalar,
  slice,
  softmax,
  type Tensor,
  tensor,
  tidy,
  where,
} from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import { hashed, hashedIds, readFixture } from '../../../scripts/golden'

/** Precision, recall, F1 and F2. */
type Averages = Record<'macro' | 'micro' | 'binary', number[]>
interface Single extends Averages {
  topK: number[]
  logLoss: number
  confusion: number[][]
}
type Multi = Averages & { accuracy: number }

const [single, multi] = readFixture<[Single, Multi]>(import.meta.url, 'metrics')
const [ROWS, CLASSES] = [41, 5]
const AVERAGES = ['macro', 'micro', 'binary'] as const

class Same extends Module {
  forward(x: Tensor): Tensor {
    return mul(x, 1)
  }
}

/** Measures in batches of 16, 16 and 9, whose mean is not the mean over items. */
async function measure(output: Tensor, target: Tensor, metrics: Metric[]): Promise<number[]> {
  const rows = (all: Tensor, from: number) => {
    const size = [Math.min(16, ROWS - from), ...all.shape.slice(1)]
    return slice(all, [from, ...all.shape.slice(1).map(() => 0)], size)
  }
  const loader = {
    length: 3,
    async *[Symbol.asyncIterator]() {
      for (const from of [0, 16, 32]) {
        const inputs = [rows(output, from)]
        yield { inputs, target: rows(target, from), items: inputs[0]!.shape[0]! }
      }
    },
  }
  const result = await evaluate(new Same(), loader, () => scalar(0), { metrics })
  return Object.values(result.metrics)
}

const classScores = (options: ClassScoreOptions) => [
  precision(options),
  recall(options),
  f1(options),
  fBeta(2, options),
]

const expectClose = (actual: number[], expected: number[], digits = 6) =>
  expect(actual).toEqual(expected.map(value => expect.closeTo(value, digits)))

describe('one label an item', () => {
  /** Class 3 is never predicted, class 4 never occurs. */
  const scores = () =>
    tidy(() => {
      const isThird = tensor([0, 0, 0, 1, 0], [1, CLASSES], 'bool')
      return where(isThird, scalar(-9), hashed(1, [ROWS, CLASSES], 3))
    })
  const labels = () => hashedIds(2, [ROWS], CLASSES - 1)

  it.each(AVERAGES)('precision, recall, F1 and F2, %s', async average => {
    const [output, target] = [scores(), labels()]
    expectClose(await measure(output, target, classScores({ average })), single[average])
    for (const t of [output, target]) t.dispose()
  })

  it('top k', async () => {
    const [output, target] = [scores(), labels()]
    const metrics = [1, 2, 3, 5].map(k => topK(k))
    expectClose(await measure(output, target, metrics), single.topK)
    for (const t of [output, target]) t.dispose()
  })

  it('log loss and the confusion matrix', async () => {
    const [output, target] = [scores(), labels()]
    const probabilities = softmax(output)
    expectClose([await logLoss(probabilities, target)], [single.logLoss], 4)
    const { counts, accuracy } = await confusionMatrix(probabilities, target, [...'abcde'])
    expect(counts).toEqual(single.confusion)
    expect(accuracy).toBeCloseTo(single.topK[0]!, 6)
    for (const t of [output, target, probabilities]) t.dispose()
  })
})

describe('several labels an item', () => {
  const logits = () => hashed(3, [ROWS, CLASSES], 2)
  const targets = () => tidy(() => cast(greater(hashed(4, [ROWS, CLASSES]), 0.3), 'float32'))

  it.each(AVERAGES)('precision, recall, F1 and F2, %s', async average => {
    const [output, target] = [logits(), targets()]
    const metrics = classScores({ average, threshold: 0.4 })
    expectClose(await measure(output, target, metrics), multi[average])
    for (const t of [output, target]) t.dispose()
  })

  it('accuracy at a threshold', async () => {
    const [output, target] = [logits(), targets()]
    expectClose(await measure(output, target, [accuracyThreshold(0.4)]), [multi.accuracy])
    for (const t of [output, target]) t.dispose()
  })
})
