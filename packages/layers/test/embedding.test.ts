import { valueAndGrads } from '@dl/core'
import { Embedding } from '@dl/layers'
import { dispose, keep, mul, sum, type Tensor, tensor } from '@tensorflow/tfjs-core'
import { expect, it } from 'vitest'
import { expectGolden, type Golden, hashed, hashedIds, readFixture } from '../../../scripts/golden'
import { fill } from './golden-layer'

it('looks up the vector of padding as any other, and gives it no gradient, as PyTorch', async () => {
  const [golden] = readFixture<{ y: Golden; weight: Golden }[]>(
    import.meta.url,
    'padding-embedding',
  )
  const layer = new Embedding(6, 3, { paddingIdx: 2 })
  fill(layer)
  const ids = hashedIds(1, [4, 5], 6)
  let y: Tensor
  const step = valueAndGrads(() => {
    y = keep(layer.call(ids))
    return sum(mul(y, hashed(2, y.shape)))
  }, [layer.weight])
  await expectGolden('y', y!, golden!.y, 1e-6)
  await expectGolden('gradient', step.grads[0]!, golden!.weight, 1e-6)
  step.dispose()
  dispose([y!, ids])
  layer.dispose()
})

it('begins with zeros for padding, and nothing else', async () => {
  const layer = new Embedding(4, 5, { paddingIdx: 3 })
  const values = await layer.weight.value.data()
  const zeros = Array.from(values.keys()).filter(i => values[i] === 0)
  expect(zeros).toEqual([15, 16, 17, 18, 19])
  expect(String(layer)).toBe('Embedding(4, 5, paddingIdx=3)')
  layer.dispose()
})

it.each([-1, 4, 0.5, Number.NaN])('complains about paddingIdx %s', paddingIdx => {
  expect(() => new Embedding(4, 5, { paddingIdx })).toThrow(
    `Embedding got paddingIdx ${paddingIdx}; expected an integer from 0 to 3.`,
  )
})

it('complains about ids that are no integers', () => {
  const layer = new Embedding(4, 5)
  const ids = tensor([1, 2])
  expect(() => layer.call(ids)).toThrow('expected a weight [V, D] and int32 ids')
  ids.dispose()
  layer.dispose()
})
