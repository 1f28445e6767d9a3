import { valueAndGrads } from '@dl/core'
import { binaryCrossEntropy } from '@dl/layers'
import { cast, dispose, zeros } from '@tensorflow/tfjs-core'
import { expect, it } from 'vitest'
import { expectGolden, type Golden, hashed, hashedIds, readFixture } from '../../../scripts/golden'

interface Case {
  shape: number[]
  scale: number
  results: Record<'loss' | 'logits', Golden>
}

it.each(readFixture<Case[]>(import.meta.url, 'binary-cross-entropy'))(
  'is PyTorch’s for logits $shape up to $scale',
  async ({ shape, scale, results }) => {
    const [logits, ids] = [hashed(1, shape, scale), hashedIds(2, shape, 2)]
    const targets = cast(ids, 'float32')
    const step = valueAndGrads(() => binaryCrossEntropy(logits, targets), [logits])
    await expectGolden('loss', step.value, results.loss, 1e-5)
    await expectGolden('gradient', step.grads[0]!, results.logits, 1e-5)
    dispose([logits, ids, targets])
    step.dispose()
  },
)

it('wants one target for each logit', () => {
  const [logits, targets] = [zeros([2, 3]), zeros([2])]
  expect(() => binaryCrossEntropy(logits, targets)).toThrow(
    'binaryCrossEntropy got logits of shape [2, 3] and targets of [2]; expected one target for each logit.',
  )
  dispose([logits, targets])
})
