import { ema, saveOnCycle } from '@dl/callbacks'
import { Buffer, Parameter } from '@dl/core'
import { clone, type Tensor, tensor1d } from '@tensorflow/tfjs-core'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { rehearse } from './rehearsal'

let weight: Parameter
let running: Buffer
let steps: Buffer
beforeEach(() => {
  weight = new Parameter(() => tensor1d([0, 0]))
  running = new Buffer(() => tensor1d([0]))
  steps = new Buffer(() => tensor1d([0], 'int32'))
})
afterEach(() => {
  for (const owner of [weight, running, steps]) owner.dispose()
})

const model = {
  namedParameters: () => [['weight', weight]] as const,
  stateDict: () => ({
    weight: clone(weight.value),
    running: clone(running.value),
    steps: clone(steps.value),
  }),
  loadStateDict(state: Record<string, Tensor>) {
    weight.assign(state.weight!)
    running.write(state.running!)
    steps.write(state.steps!)
  },
}

/** After batch number n (from 1) the weights are n², the running mean 10·n and the counter n. */
const learn = {
  name: 'learn',
  order: -20,
  onBatchEnd({ step }: { step: number }) {
    const next = tensor1d([step ** 2, step ** 2])
    weight.assign(next)
    next.dispose()
    running.write(() => tensor1d([10 * step]))
    steps.write(() => tensor1d([step], 'int32'))
  },
}

const values = async () =>
  Promise.all([weight, running, steps].map(async ({ value }) => (await value.data())[0]!))

/** Σ decay^(n−i)·f(i) / Σ decay^(n−i) for i from 1 to n. */
function debiased(decay: number, n: number, f: (i: number) => number): number {
  let [sum, weights] = [0, 0]
  for (let i = 1; i <= n; i++) {
    sum += decay ** (n - i) * f(i)
    weights += decay ** (n - i)
  }
  return sum / weights
}

test.each([0, 0.5, 0.9, 0.999])(
  'decay %d: the debiased mean, running statistics alike',
  async d => {
    const average = ema(model, { decay: d })
    await rehearse([learn, average], { epochs: 2, batches: 6 })
    expect([average.count, ...(await values())]).toEqual([12, 144, 120, 12])
    await average.swapIn()
    const [w, r, n] = await values()
    expect(w! / debiased(d, 12, i => i * i)).toBeCloseTo(1, 5)
    expect(r! / debiased(d, 12, i => 10 * i)).toBeCloseTo(1, 5)
    expect(n).toBe(12)
    average.swapOut()
    expect(await values()).toEqual([144, 120, 12])
    average.dispose()
  },
)

test('validation judges the average, unless told otherwise; training goes on from the weights', async () => {
  const seen: number[][] = []
  const look = { name: 'look', onValidationBegin: async () => void seen.push(await values()) }
  for (const validate of [true, false]) {
    const average = ema(model, { decay: 0.5, validate })
    await rehearse([learn, average, look], { epochs: 2, batches: 2, validate: () => ({}) })
    expect([average.swapped, ...(await values())]).toEqual([false, 16, 40, 4])
    average.dispose()
  }
  expect(seen[0]![0]).toBeCloseTo(
    debiased(0.5, 2, i => i * i),
    5,
  )
  expect(seen[1]![0]).toBeCloseTo(
    debiased(0.5, 4, i => i * i),
    5,
  )
  expect(seen.slice(2)).toEqual([
    [4, 20, 2],
    [16, 40, 4],
  ])
})

test('a validation that throws leaves the weights in the model', async () => {
  const average = ema(model, { decay: 0.5 })
  const broken = {
    validate: () => {
      throw new Error('out of memory')
    },
  }
  await expect(rehearse([learn, average], { batches: 2, ...broken })).rejects.toThrow('memory')
  expect([average.swapped, ...(await values())]).toEqual([false, 4, 20, 2])
  average.dispose()
})

test('an average that its owner has put in stays there, and a step is refused', async () => {
  const average = ema(model)
  await rehearse([learn, average], { batches: 2, validate: () => ({}) })
  const swapper = { name: 'swapper', onEpochEnd: () => average.swapIn() }
  await expect(
    rehearse([learn, average, swapper], { epochs: 2, batches: 1, validate: () => ({}) }),
  ).rejects.toThrow('ema: the average is in the model; expected its own weights. Call swapOut()')
  expect(average.swapped).toBe(true)
  average.dispose()
})

test('its state dict is the model with the average, for savers', async () => {
  const average = ema(model, { decay: 0.5 })
  await rehearse([learn, average], { batches: 2 })
  expect(saveOnCycle(average, 'models/ema').name).toBe('saveOnCycle')
  const state = average.stateDict()
  const read = await Promise.all(Object.values(state).map(tensor => tensor.data()))
  expect(Object.keys(state)).toEqual(['weight', 'running', 'steps'])
  expect(read.map(([value]) => value)).toEqual([
    expect.closeTo(
      debiased(0.5, 2, i => i * i),
      5,
    ),
    expect.closeTo(
      debiased(0.5, 2, i => 10 * i),
      5,
    ),
    2,
  ])
  for (const owner of [average, ...Object.values(state)]) owner.dispose()
})

test('a resumed run goes on as if it had not stopped', async () => {
  const whole = ema(model, { decay: 0.9 })
  await rehearse([learn, whole], { epochs: 4, batches: 2 })
  await whole.swapIn()
  const [wanted] = await values()
  whole.swapOut()

  const first = ema(model, { decay: 0.9 })
  await rehearse([learn, first], { epochs: 2, batches: 2 })
  const tensors = first.stateDict()
  const resumed = ema(model, { decay: 0.9 })
  resumed.restore?.(JSON.parse(JSON.stringify(first.state?.())))
  resumed.loadStateDict(tensors)
  await rehearse([learn, resumed], { epochs: 4, batches: 2, from: { epoch: 2, step: 4 } })
  expect(resumed.count).toBe(8)
  await resumed.swapIn()
  expect((await values())[0]).toBeCloseTo(wanted!, 4)

  const forgetful = ema(model)
  forgetful.restore?.({ count: 2 })
  await expect(rehearse([forgetful])).rejects.toThrow(/ema: a checkpoint says .* there is none/)
  expect(() => forgetful.loadStateDict({})).toThrow('ema: the state has no weight')
  for (const one of [whole, first, resumed, ...Object.values(tensors)]) one.dispose()
})
