import { DlError, valueAndGrads } from '@dl/core'
import {
  activationRegularization,
  activationRegularizer,
  LockedDropout,
  temporalActivationRegularization,
} from '@dl/layers'
import { dispose, ones, scalar, sum, zeros } from '@tensorflow/tfjs-core'
import { expect, it } from 'vitest'
import { expectGolden, type Golden, hashed, readFixture } from '../../../scripts/golden'

interface Case {
  shape: number[]
  alpha: number
  beta: number
  ar: Golden
  tar: Golden
  dAr: Golden
  dTar: Golden
}

it.each(readFixture<Case[]>(import.meta.url, 'activation-regularization'))(
  'is PyTorch’s for $shape',
  async ({ shape, alpha, beta, ar, tar, dAr, dTar }) => {
    const x = hashed(1, shape)
    const own = valueAndGrads(() => activationRegularization(x, alpha), [x])
    const between = valueAndGrads(() => temporalActivationRegularization(x, beta), [x])
    await expectGolden('AR', own.value, ar, 1e-6)
    await expectGolden('its gradient', own.grads[0]!, dAr, 1e-6)
    await expectGolden('TAR', between.value, tar, 1e-6)
    await expectGolden('its gradient', between.grads[0]!, dTar, 1e-6)
    for (const owner of [own, between, x]) owner.dispose()
  },
)

it('is nothing from one step to none', async () => {
  const x = ones([1, 2, 3])
  const tar = temporalActivationRegularization(x)
  expect([...(await tar.data())]).toEqual([0])
  dispose([x, tar])
})

it('as a callback adds both for the calls of a batch, while it runs and in training', async () => {
  const layer = new LockedDropout(0)
  const callback = activationRegularizer(layer, { alpha: 3, beta: 2 })
  const x = hashed(1, [3, 2, 4])
  const penalty = async () => {
    const zero = scalar(0)
    layer.call(x).dispose()
    const whole = callback.transformLoss(zero)
    const [value] = await whole.data()
    dispose([zero, whole])
    return value!
  }
  expect(await penalty()).toBe(0)
  callback.onTrainBegin()
  callback.onTrainBegin()
  // of a batch that came to no loss
  layer.call(x).dispose()
  callback.onBatchBegin()
  const [ar, tar] = [activationRegularization(x, 3), temporalActivationRegularization(x, 2)]
  const expected = (await ar.data())[0]! + (await tar.data())[0]!
  expect(await penalty()).toBeCloseTo(expected, 5)
  layer.eval()
  expect(await penalty()).toBe(0)
  layer.train()
  const step = valueAndGrads(() => callback.transformLoss(sum(layer.call(x))), [x])
  const alone = valueAndGrads(() => sum(layer.call(x)), [x])
  expect([...(await step.grads[0]!.data())]).not.toEqual([...(await alone.grads[0]!.data())])
  callback.onTrainEnd()
  expect(await penalty()).toBe(0)
  for (const owner of [step, alone, x, ar, tar]) owner.dispose()
})

it('names what it wants', () => {
  const [flat, ids] = [ones([2, 3]), zeros([2, 3, 1], 'int32')]
  const complaints: [() => unknown, string][] = [
    [
      () => temporalActivationRegularization(flat),
      'shape [2, 3]; expected [time, batch, features]',
    ],
    [() => activationRegularization(ids), 'expected float32'],
    [() => activationRegularization(flat, -1), 'got alpha -1; expected a number of at least 0.'],
    [() => temporalActivationRegularization(flat, Number.NaN), 'got beta NaN'],
    [() => activationRegularizer({} as never), 'expected the dropout behind a recurrent layer'],
    [() => activationRegularizer(new LockedDropout(), { alpha: -1 }), 'got alpha -1'],
    [
      () => activationRegularizer(new LockedDropout(), { gamma: 1 } as never),
      'has no option gamma',
    ],
  ]
  for (const [call, message] of complaints) {
    expect(call).toThrow(message)
    expect(call).toThrow(DlError)
  }
  dispose([flat, ids])
})
