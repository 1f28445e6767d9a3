import { Conv2d, Dropout, Sequential } from '@dl/layers'
import { ConvLearner } from '@dl/vision'
import { add, dispose, tidy } from '@tensorflow/tfjs-core'
import { expect, it } from 'vitest'
import { relativeError } from '../../../../scripts/golden'
import { learner, type Pictures, pictureData } from './pictures'

const outputs = async (
  learn: ConvLearner,
  data: Pictures,
  which: 'fix' | 'validation' | 'test',
) => {
  const { predictions, targets } = await learn.predictWithTargets(data[which])
  const values = [...(await predictions.data())]
  const labels = [...(await targets.data())]
  dispose([predictions, targets])
  return { values, labels }
}

it('runs the body over each picture once and predicts the same as without', async () => {
  const data = pictureData()
  const { learn, seen, ...owner } = await learner(data)
  const { history } = await learn.fit(0.1, 2)
  await learn.fit(0.1, 1, { keepState: true })
  expect(seen.pictures).toBe(24 + 10)
  const stored = {
    fix: await outputs(learn, data, 'fix'),
    validation: await outputs(learn, data, 'validation'),
    test: await outputs(learn, data, 'test'),
  }
  await outputs(learn, data, 'test')
  expect(seen.pictures).toBe(24 + 10 + 5)
  learn.precompute = false
  for (const which of ['fix', 'validation', 'test'] as const) {
    const { values, labels } = await outputs(learn, data, which)
    expect(relativeError(stored[which].values, values)).toBeLessThan(1e-5)
    expect(stored[which].labels).toEqual(labels)
  }
  expect(seen.pictures).toBe(2 * (24 + 10 + 5))
  expect(history[0]!.accuracy).toBeDefined()
  owner.dispose()
})

it('trains the head as a frozen body would have it', async () => {
  const data = pictureData({ bs: 24 })
  const run = async (precompute: boolean) => {
    const { learn, ...owner } = await learner(data, { precompute })
    const { history } = await learn.fit(0.1, 3)
    owner.dispose()
    return history.flatMap(({ trnLoss, valLoss }) => [trnLoss, valLoss!])
  }
  expect(relativeError(await run(true), await run(false))).toBeLessThan(1e-4)
})

it('computes anew when the weights of the body change', async () => {
  const data = pictureData()
  const { learn, model, seen, ...owner } = await learner(data)
  await learn.fit(0.1, 1)
  const before = await outputs(learn, data, 'validation')
  expect(seen.pictures).toBe(34)
  const { weight } = model[0] as Conv2d
  tidy(() => weight.assign(add(weight.value, 0.1)))
  const after = await outputs(learn, data, 'validation')
  expect(after.values).not.toEqual(before.values)
  expect(seen.pictures).toBe(68)
  owner.dispose()
})

it('leaves the mode as soon as the body may learn', async () => {
  const data = pictureData()
  const { learn, seen, ...owner } = await learner(data)
  expect(learn.precompute).toBe(true)
  learn.unfreeze()
  expect(learn.precompute).toBe(false)
  await learn.fit(0.01, 1)
  expect(seen.pictures).toBe(34)
  learn.freeze()
  expect(learn.precompute).toBe(false)
  learn.precompute = true
  learn.freezeTo(-2)
  expect(learn.precompute).toBe(false)
  learn.precompute = true
  expect(learn.precompute).toBe(true)
  await learn.fit(0.01, 1)
  expect(seen.pictures).toBe(68)
  owner.dispose()
})

it('finds a learning rate on activations, and puts the head back', async () => {
  const data = pictureData()
  const { learn, seen, ...owner } = await learner(data)
  const before = await outputs(learn, data, 'validation')
  const result = await learn.lrFind({ batches: 8 })
  expect(result).toBeDefined()
  expect(await outputs(learn, data, 'validation')).toEqual(before)
  expect(seen.pictures).toBe(34)
  expect(learn.sched).not.toBeNull()
  owner.dispose()
})

it('wants one learning rate, and pictures without augmentation', async () => {
  const { fix: _, ...data } = pictureData()
  const { learn, ...owner } = await learner(data as Pictures)
  await expect(learn.fit(0.1, 1)).rejects.toThrow('no loader of training pictures without augmen')
  owner.dispose()
  const { learn: other, ...otherOwner } = await learner(pictureData())
  await expect(other.fit([0.1, 0.1, 0.1], 1)).rejects.toThrow('3')
  otherOwner.dispose()
})

it('leaves out a last batch of one, of which a batch norm learns nothing', async () => {
  const data = pictureData()
  // five pictures, four to a batch
  const { learn, ...owner } = await learner({ ...data, fix: data.test })
  const { history } = await learn.fit(0.1, 1)
  expect(history[0]!.valLoss).toBeGreaterThan(0)
  owner.dispose()
})

it('runs the body as for predictions: without its dropout', async () => {
  const data = pictureData()
  const arch = () =>
    Object.assign(new Sequential(new Conv2d(3, 4, 3), new Dropout(0.9)), { cut: 2 })
  const net = arch()
  const weights = () => net.stateDict()
  const learn = await ConvLearner.pretrained(arch, data, { weights, precompute: true, xtraFc: [] })
  await learn.fit(0.1, 1)
  const stored = await outputs(learn, data, 'validation')
  learn.precompute = false
  const { values } = await outputs(learn, data, 'validation')
  expect(relativeError(stored.values, values)).toBeLessThan(1e-5)
  for (const owner of [learn, learn.model, net]) owner.dispose()
})
