import { cosAnneal, type SwaOptions, swa } from '@dl/callbacks'
import { Buffer, Parameter } from '@dl/core'
import { clone, type Tensor, tensor1d } from '@tensorflow/tfjs-core'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { optimizer, rehearse } from './rehearsal'

let weight: Parameter
let running: Buffer
beforeEach(() => {
  weight = new Parameter(() => tensor1d([0, 0]))
  running = new Buffer(() => tensor1d([5]))
})
afterEach(() => {
  weight.dispose()
  running.dispose()
})

const model = {
  namedParameters: () => [['weight', weight]] as const,
  stateDict: () => ({ weight: clone(weight.value), running: clone(running.value) }),
  loadStateDict({ weight: value, running: mean }: Record<string, Tensor>) {
    weight.assign(value!)
    running.write(mean!)
  },
}

/** After batch number n (from 1) both weights are n. */
const learn = {
  name: 'learn',
  order: -20,
  onBatchEnd({ step }: { step: number }) {
    const next = tensor1d([step, step])
    weight.assign(next)
    next.dispose()
  },
}

const values = async () => [(await weight.value.data())[0], (await running.value.data())[0]]

async function averageOf(options: SwaOptions, epochs = 4): Promise<[number, number | undefined]> {
  const average = swa(model, options)
  await rehearse([learn, average], { epochs, batches: 10, lo: optimizer(1) })
  await average.swapIn()
  const [value] = await values()
  average.swapOut()
  const { count } = average
  average.dispose()
  return [count, value]
}

test('the average of the weights at the ends of the epochs from start on', async () => {
  expect(await averageOf({})).toEqual([4, 25])
  expect(await averageOf({ start: 3 })).toEqual([2, 35])
  expect(await averageOf({ start: 4 })).toEqual([1, 40])
})

test('or at the ends of cycles', async () => {
  const lo = optimizer(1)
  const average = swa(model, { at: 'cycle' })
  const schedule = cosAnneal(lo, { cycleMult: 2 })
  await rehearse([learn, average, schedule], { epochs: 3, batches: 10, lo })
  expect(average.count).toBe(2)
  await average.swapIn()
  expect((await values())[0]).toBe(20)
  average.dispose()
})

test('swapping in keeps buffers and calls what makes them anew; swapping out undoes both', async () => {
  const average = swa(model, { onSwapIn: async () => running.write(() => tensor1d([7])) })
  await rehearse([learn, average], { epochs: 2, batches: 1 })
  expect(await values()).toEqual([2, 5])
  await average.swapIn()
  expect([average.swapped, ...(await values())]).toEqual([true, 1.5, 7])
  average.swapOut()
  expect([average.swapped, ...(await values())]).toEqual([false, 2, 5])
  average.swapOut()
  expect(await values()).toEqual([2, 5])
  average.dispose()
})

test('training while the average is in the model is refused, and so is what makes no sense', async () => {
  const average = swa(model)
  await expect(average.swapIn()).rejects.toThrowErrorMatchingInlineSnapshot(
    `[DlError: swa: there is no average yet; expected weights to make it of. Train first, with this callback among those of the run.]`,
  )
  const swapper = {
    name: 'swapper',
    onEpochBegin: (ctx: { epoch: number }) => {
      if (ctx.epoch === 1) return average.swapIn()
    },
  }
  await expect(
    rehearse([average, swapper], { epochs: 2 }),
  ).rejects.toThrowErrorMatchingInlineSnapshot(
    `[DlError: swa: the average is in the model; expected its own weights. Call swapOut() first.]`,
  )
  await expect(average.swapIn()).rejects.toThrow(/the average is in the model already/)
  average.dispose()
})

test('a second run starts a new average', async () => {
  const average = swa(model)
  for (let run = 0; run < 2; run++) await rehearse([learn, average], { epochs: 2, batches: 1 })
  expect(average.count).toBe(2)
  average.dispose()
})

test('it can be saved with the model, and a resumed run goes on with it', async () => {
  const first = swa(model)
  await rehearse([learn, first], { epochs: 2, batches: 1 })
  const tensors = first.stateDict()
  expect(Object.keys(tensors)).toEqual(['weight', 'running'])
  expect([...(await tensors.weight!.data())]).toEqual([1.5, 1.5])

  const resumed = swa(model)
  resumed.restore?.(JSON.parse(JSON.stringify(first.state?.())))
  resumed.loadStateDict(tensors)
  const from = { epoch: 2, step: 2 }
  await rehearse([learn, resumed], { epochs: 4, batches: 1, from })
  expect(resumed.count).toBe(4)
  await resumed.swapIn()
  expect((await values())[0]).toBe(2.5)

  const forgetful = swa(model)
  forgetful.restore?.({ count: 2 })
  await expect(rehearse([forgetful])).rejects.toThrow(/there is none; expected the average of that/)
  expect(() => forgetful.loadStateDict({})).toThrow('swa: the state has no weight')
  for (const one of [first, resumed, ...Object.values(tensors)]) one.dispose()
})

test.each([
  [{ start: 0 }, "swa's start is 0; expected an epoch, counted from 1."],
  [{ at: 'batch' as 'epoch' }, `swa's at is "batch"; expected 'epoch' or 'cycle'.`],
])('%o is refused', (options, message) => {
  expect(() => swa(model, options)).toThrow(message)
})
