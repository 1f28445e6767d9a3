import { crossEntropy, Module } from '@dl/layers'
import { accuracy, evaluate, perplexity } from '@dl/train'
import { mul, type Tensor, tensor } from '@tensorflow/tfjs-core'
import { expect, it } from 'vitest'

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
