/** Callbacks that change the optimizer or the model, with real ones. */
import { cosAnneal, lrFinder, oneCycle, swa, weightDecaySchedule } from '@dl/callbacks'
import { defaultGenerator, Generator, holdings, manualSeed } from '@dl/core'
import type { DataLoader } from '@dl/data'
import { Dropout, GRU, Linear, Module } from '@dl/layers'
import { adam, LayerOptimizer, sgd } from '@dl/optim'
import { evaluate, fit } from '@dl/train'
import { mean, mul, reshape, square, sub, sum, type Tensor, tensor } from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'

const meanSquare = (y: Tensor, target: Tensor): Tensor => mean(square(sub(y, target)))

/** Everything that a run can change: dropout, carried state, momenta. */
class Net extends Module {
  gru = new GRU(1, 3, { stateful: true })
  dropout = new Dropout(0.2)
  out = new Linear(3, 1)
  forward(x: Tensor): Tensor {
    const hidden = this.gru.call(reshape(x, [4, 1, 1])).output
    return this.out.call(this.dropout.call(reshape(hidden, [4, 3])))
  }
}

/** Random batches of y = 2x: another epoch each time, unless the position is put back. */
function shuffled(length: number): DataLoader {
  const root = new Generator(9)
  let epoch = 0
  return {
    length,
    async *[Symbol.asyncIterator]() {
      const generator = root.fork(epoch++)
      for (let i = 0; i < length; i++) {
        const xs = [...generator.uniform(4, -1, 1)]
        const target = xs.map(x => 2 * x)
        yield { inputs: [tensor(xs, [4, 1])], target: tensor(target, [4, 1]), items: 4 }
      }
    },
    state: () => ({ epoch }),
    restore(state) {
      epoch = state.epoch
    },
  }
}

describe('lrFinder', () => {
  /** The losses of a run, after what `before` does between its two epochs. */
  async function losses(before?: (...run: [Net, LayerOptimizer, DataLoader]) => Promise<unknown>) {
    manualSeed(1)
    const net = new Net()
    const lo = new LayerOptimizer(adam, [net.gru, net.out], [1e-3, 1e-2], 1e-4)
    const train = shuffled(15)
    const seen: number[] = []
    const look = { name: 'look', onBatchEnd: ({ loss }: { loss: number }) => void seen.push(loss) }
    const options = { callbacks: [look, cosAnneal(lo)], carryState: true }
    await fit(net, { train }, 1, lo, meanSquare, options)
    await before?.(net, lo, train)
    await fit(net, { train }, 1, lo, meanSquare, options)
    expect(lo.lrs).toEqual([1e-3, 1e-2])
    lo.dispose()
    net.dispose()
    return seen
  }

  it('leaves no trace: training goes on bit by bit as if it had not been', async () => {
    let found = 0
    const untouched = await losses()
    const after = await losses(async (net, lo, loader) => {
      const before = holdings()
      const finder = lrFinder(net, lo, { loader })
      const callbacks = [finder]
      const { stopped } = await fit(net, { train: loader }, 4, lo, meanSquare, { callbacks })
      found = finder.result!.losses.length
      expect(stopped ?? 'ended').toMatch(/ended|left its valley/)
      expect(holdings()).toEqual(before)
    })
    expect(found).toBeGreaterThan(20)
    expect(after).toEqual(untouched)
    expect(await losses(async () => defaultGenerator().next())).not.toEqual(untouched)
  })

  it('restores after an error, too', async () => {
    const oops = async () => {
      throw new Error('oops')
    }
    const after = await losses(async (net, lo, loader) => {
      const bad = { name: 'bad', onPhaseEnd: oops }
      const callbacks = [lrFinder(net, lo, { loader, batches: 5 }), bad]
      const run = fit(net, { train: loader }, 1, lo, meanSquare, { callbacks })
      await expect(run).rejects.toThrow('callback "bad" threw in onPhaseEnd: oops')
    })
    expect(after).toEqual(await losses())
  })

  it('refuses rates of the wrong number, and leaves all as it was', async () => {
    const after = await losses(async (net, lo, loader) => {
      const callbacks = [lrFinder(net, lo, { loader, startLr: [1e-5, 1e-5, 1e-4] })]
      const run = fit(net, { train: loader }, 1, lo, meanSquare, { callbacks })
      await expect(run).rejects.toThrow('3 lrs were given for 2 layer groups')
    })
    expect(after).toEqual(await losses())
  })

  it('says so when a model is NaN at once, and leaves that as it was', async () => {
    manualSeed(1)
    const model = new Linear(1, 1)
    const lo = new LayerOptimizer(adam, model, 0.1)
    const nan = (y: Tensor): Tensor => mul(sum(y), Number.NaN)
    const finder = lrFinder(model, lo)
    const run = fit(model, { train: shuffled(3) }, 1, lo, nan, { callbacks: [finder] })
    await expect(run).rejects.toMatchObject({ code: 'nan-loss' })
    expect(finder.result).toBeNull()
    expect(lo.lrs).toEqual([0.1])
    lo.dispose()
    model.dispose()
  })
})

it('weightDecaySchedule shrinks weights by lr · wd · η / √batches, whatever the gradient', async () => {
  const model = new Linear(1, 1)
  const lo = new LayerOptimizer(() => sgd(), model, 0.5, 0.4, { decoupled: true })
  const weight = async () => (await model.weight.value.data())[0]!
  const before = await weight()
  const still = (y: Tensor): Tensor => mul(sum(y), 0)
  const callbacks = [cosAnneal(lo), weightDecaySchedule(lo)]
  await fit(model, { train: shuffled(4) }, 1, lo, still, { callbacks })
  const factors = [0, 1, 2, 3].map(c => {
    const eta = (1 + Math.cos((Math.PI * c) / 4)) / 2
    return 1 - 0.5 * eta * ((0.4 * eta) / Math.sqrt(4))
  })
  expect(await weight()).toBeCloseTo(
    factors.reduce((product, factor) => product * factor, before),
    6,
  )
  expect(lo.wds).toEqual([0.4])
  lo.dispose()
  model.dispose()
})

it('oneCycle moves the momentum of a LayerOptimizer and gives it back', async () => {
  manualSeed(1)
  const model = new Linear(1, 1)
  const lo = new LayerOptimizer(adam, model, 0.1)
  const moms: number[] = []
  const look = { name: 'look', onBatchEnd: () => void moms.push(lo.mom) }
  await fit(model, { train: shuffled(20) }, 1, lo, meanSquare, { callbacks: [oneCycle(lo), look] })
  expect(moms[0]).toBe(0.95)
  expect(Math.min(...moms)).toBeCloseTo(0.85, 12)
  expect(lo.mom).toBe(0.9)
  lo.dispose()
  model.dispose()
})

it('swa calms a run that jumps about: the average is better than the last weights', async () => {
  manualSeed(1)
  const model = new Linear(1, 1)
  const lo = new LayerOptimizer(sgd, model, 0.9)
  const noise = new Generator(4)
  // targets with noise, so that a large lr never settles
  const jumpy = (y: Tensor, target: Tensor): Tensor =>
    meanSquare(sub(y, tensor(noise.normal(4), [4, 1])), target)
  const average = swa(model, { start: 3 })
  const data = { train: shuffled(5) }
  await fit(model, data, 30, lo, jumpy, { callbacks: [average] })
  expect(average.count).toBe(28)
  const judge = async () => (await evaluate(model, shuffled(10), meanSquare)).loss
  const last = await judge()
  await average.swapIn()
  expect(await judge()).toBeLessThan(last)
  average.swapOut()
  expect(await judge()).toBe(last)
  average.dispose()
  lo.dispose()
  model.dispose()
})
