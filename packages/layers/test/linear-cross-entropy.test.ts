import { DlError, valueAndGrads } from '@dl/core'
import { crossEntropy, Embedding, Linear, linearCrossEntropy, tie } from '@dl/layers'
import { dispose, fill, memory, mul, type Tensor, tensor, zeros } from '@tensorflow/tfjs-core'
import { expect, it } from 'vitest'
import { hashed, hashedIds, relativeError } from '../../../scripts/golden'

const made: Record<string, () => { linear: Linear; owners: { dispose(): void }[] }> = {
  'with a bias': () => {
    const linear = new Linear(5, 7)
    return { linear, owners: [linear] }
  },
  'without a bias': () => {
    const linear = new Linear(5, 7, { bias: false })
    return { linear, owners: [linear] }
  },
  'tied to an embedding': () => {
    const [linear, encoder] = [new Linear(5, 7), new Embedding(7, 5)]
    tie(linear, encoder)
    return { linear, owners: [linear] }
  },
}

it.each(Object.entries(made))('is crossEntropy of a layer %s', async (_, make) => {
  const { linear, owners } = make()
  const x = hashed(1, [4, 3, 5])
  const ids = hashedIds(2, [4, 3], 7)
  const some = tensor(
    [...(await ids.data())].map((id, i) => (i % 4 ? id : -100)),
    [4, 3],
    'int32',
  )
  for (const labels of [ids, some]) {
    const xs = [x, ...linear.parameters()]
    const whole = valueAndGrads(() => mul(crossEntropy(linear.call(x), labels), 3), xs)
    for (const rows of [1, 5, 12, 100, undefined]) {
      const options = rows === undefined ? {} : { rows }
      const step = valueAndGrads(() => mul(linearCrossEntropy(x, linear, labels, options), 3), xs)
      for (const [own, other] of [step.value, ...step.grads].map(
        (t, i) => [t!, [whole.value, ...whole.grads][i]!] as const,
      )) {
        expect(own.shape).toEqual(other.shape)
        expect(relativeError(await own.data(), await other.data())).toBeLessThan(2e-6)
      }
      step.dispose()
    }
    whole.dispose()
  }
  dispose([x, ids, some])
  for (const owner of owners) owner.dispose()
})

it.each([0, 3])('of %d rows that do not count is NaN, with a gradient of zeros', async count => {
  const linear = new Linear(5, 7)
  const [x, labels] = [zeros([count, 5]), fill([count], -100, 'int32')]
  const step = valueAndGrads(() => linearCrossEntropy(x, linear, labels), [x, linear.weight])
  expect([...(await step.value.data())]).toEqual([Number.NaN])
  expect(step.grads.map(t => t!.shape)).toEqual([
    [count, 5],
    [5, 7],
  ])
  expect((await step.grads[1]!.data()).every(slope => Math.abs(slope) === 0)).toBe(true)
  step.dispose()
  dispose([x, labels])
  linear.dispose()
})

it('never holds all scores', () => {
  const linear = new Linear(2, 50)
  const [x, labels] = [zeros([40, 2]), zeros([40], 'int32')]
  const bytes = (loss: () => Tensor): number => {
    const before = memory().numBytes
    let most = 0
    const watched = valueAndGrads(() => {
      const value = loss()
      most = memory().numBytes - before
      return value
    }, [...linear.parameters()])
    watched.dispose()
    return most
  }
  const whole = bytes(() => crossEntropy(linear.call(x), labels))
  const parts = bytes(() => linearCrossEntropy(x, linear, labels, { rows: 4 }))
  expect(whole).toBeGreaterThan(40 * 50 * 4)
  expect(parts).toBeLessThan(40 * 50)
  dispose([x, labels])
  linear.dispose()
})

it('names what it wants', () => {
  const linear = new Linear(5, 7)
  const [x, narrow, ids] = [zeros([4, 5]), zeros([4, 3]), zeros([4], 'int32')]
  const complaints: [() => unknown, string][] = [
    [() => linearCrossEntropy(x, {} as never, ids), 'for the layer; expected a Linear'],
    [() => linearCrossEntropy(narrow, linear, ids), 'expected a last dimension of 5'],
    [() => linearCrossEntropy(x, linear, x), 'int32 labels [4]: one for each row of features'],
    [() => linearCrossEntropy(x, linear, ids, { rows: 0 }), 'linearCrossEntropy got rows 0'],
    [() => linearCrossEntropy(x, linear, ids, { row: 1 } as never), 'Did you mean rows?'],
  ]
  for (const [call, message] of complaints) {
    expect(call).toThrow(message)
    expect(call).toThrow(DlError)
  }
  dispose([x, narrow, ids])
  linear.dispose()
})
