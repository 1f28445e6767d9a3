/** The gradient of an embedding, from ids that the host still has and from others. */
import { embedding, valueAndGrads } from '@dl/core'
import { dispose, slice, sum, type Tensor, tensor, zeros } from '@tensorflow/tfjs-core'
import { expect, it } from 'vitest'

const ROWS = 5
const values = Int32Array.from({ length: 200 }, (_, i) => (i * i) % ROWS)

const counts = (ids: Int32Array) =>
  Array.from({ length: ROWS }, (_, row) => ids.filter(id => id === row).length)

async function gradient(ids: Tensor): Promise<number[]> {
  const weight = zeros([ROWS, 1])
  const step = valueAndGrads(() => sum(embedding(weight, ids)), [weight])
  const got = Array.from(await step.grads[0]!.data())
  step.dispose()
  weight.dispose()
  return got
}

it('is summed up for each row, of all ids and of a part of them', async () => {
  const ids = tensor(values, [20, 10], 'int32')
  expect(await gradient(ids)).toEqual(counts(values))
  // on the card by now
  const behind = slice(ids, [13, 0], [7, 10])
  expect(await gradient(behind)).toEqual(counts(values.slice(130)))
  expect(Array.from(await behind.data())).toEqual([...values.slice(130)])
  dispose([ids, behind])
})
