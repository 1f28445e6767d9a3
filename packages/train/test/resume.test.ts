/** A run that goes on from a checkpoint gives the numbers of one that was not interrupted, bit for bit. */
import {
  type Callback,
  checkpoint,
  circularLR,
  cosAnneal,
  earlyStopping,
  ema,
  linearWarmup,
  lossRecorder,
  oneCycle,
  reduceLROnPlateau,
  stepLR,
  swa,
  weightDecaySchedule,
} from '@dl/callbacks'
import { Generator, manualSeed } from '@dl/core'
import { ArrayDataset, type DataLoader, dataLoader, memoryStorage } from '@dl/data'
import { BatchNorm1d, crossEntropy, Dropout, dropout, Linear, Module, RNN } from '@dl/layers'
import { adam, adamW, LayerOptimizer, rmsprop, sgd, type UpdateRule } from '@dl/optim'
import { type FitOptions, type FitResult, fit } from '@dl/train'
import { dispose, reshape, type Tensor } from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'

const ITEMS = 22
const set = new ArrayDataset({
  inputs: [Array.from({ length: ITEMS }, (_, i) => [Math.sin(i), Math.cos(2 * i)])],
  target: Int32Array.from({ length: ITEMS }, (_, i) => (i * i) % 3),
})

/** Every kind of state: weights, running statistics, carried state, a generator of its own. */
class Net extends Module {
  readonly body = new Linear(2, 6)
  readonly norm = new BatchNorm1d(6)
  readonly rnn = new RNN(6, 5, { stateful: true })
  readonly drop = new Dropout(0.3)
  readonly head = new Linear(5, 3)
  readonly generator = new Generator(5)

  forward(x: Tensor): Tensor {
    const hidden = dropout(this.norm.call(this.body.call(x)), 0.2, {
      generator: this.generator,
      training: this.training,
    })
    const { output: y } = this.rnn.call(reshape(hidden, [1, ...hidden.shape]))
    return this.head.call(this.drop.call(reshape(y, [x.shape[0]!, 5])))
  }
}

interface Plan {
  epochs?: number
  rule?: () => UpdateRule
  lr?: number
  wd?: number
  /** Draws from a generator of its own before each epoch's order. */
  seed?: number
  loader?: () => DataLoader
  callbacks?: (lo: LayerOptimizer, net: Net) => Callback[]
  options?: FitOptions
  before?: (net: Net) => void
}

interface Outcome extends FitResult {
  losses: readonly number[]
  lrs: readonly number[]
  weights: number[]
  averages: number[]
}

const killed = new Error('killed')

/** Ends the run as a kill does: nothing after it sees that. */
const killer = (step: number): Callback => ({
  name: 'killer',
  order: 2000,
  onBatchEnd(ctx) {
    if (ctx.step === step) throw killed
  },
})

async function numbers(tensors: Iterable<Tensor>): Promise<number[]> {
  const all = await Promise.all([...tensors].map(tensor => tensor.data()))
  return all.flatMap(values => [...values])
}

async function play(plan: Plan, seed: number, extra: FitOptions = {}): Promise<Outcome> {
  const { epochs = 2, rule = adam, lr = 0.05, wd = 0, callbacks, options, before } = plan
  manualSeed(seed)
  const net = new Net()
  before?.(net)
  const bs = 4
  const data = {
    train: plan.loader?.() ?? dataLoader(set, { bs, shuffle: true, seed: plan.seed ?? seed }),
    validation: dataLoader(set, { bs: 11 }),
  }
  using lo = new LayerOptimizer(rule, net, lr, wd)
  const recorder = lossRecorder()
  const own = callbacks?.(lo, net) ?? []
  try {
    const result = await fit(net, data, epochs, lo, crossEntropy, {
      ...options,
      ...extra,
      callbacks: [...own, recorder, ...(extra.callbacks ?? [])],
    })
    const { losses, lrs } = recorder
    const state = net.stateDict()
    const weights = await numbers(Object.values(state))
    dispose(state)
    const averages: number[] = []
    for (const average of own as Partial<ReturnType<typeof swa>>[]) {
      if (!average.stateDict) continue
      const tensors = average.stateDict()
      averages.push(...(await numbers(Object.values(tensors))))
      dispose(tensors)
    }
    return { ...result, losses, lrs, weights, averages }
  } finally {
    for (const callback of own) (callback as { dispose?: () => void }).dispose?.()
    net.dispose()
  }
}

/** The run of a plan, and the same killed after `step` and gone on with by another program. */
async function interruptedAt(step: number, plan: Plan, everySteps = 1): Promise<Outcome> {
  const storage = memoryStorage()
  const saver = () => checkpoint('run', { everySteps, storage })
  const first = play(plan, 1, { callbacks: [saver(), killer(step)] })
  await expect(first).rejects.toMatchObject({ cause: killed })
  // another seed: what is not restored differs
  return play({ seed: 1, ...plan }, 99, {
    callbacks: [saver()],
    resume: { path: 'run', storage },
  })
}

const same = (resumed: Outcome, whole: Outcome): void => {
  const { resumed: report, ...rest } = resumed
  const { resumed: none, ...wanted } = whole
  expect(none).toBe(null)
  expect(report?.notes).toEqual([])
  expect(rest).toEqual(wanted)
}

const plans: Record<string, Plan> = {
  plain: {},
  'carried state': { options: { carryState: true } },
  'gradient accumulation': { options: { gradientAccumulation: 4 } },
  'SGDR with growing cycles': {
    callbacks: lo => [cosAnneal(lo, { cycleLen: 0.5, cycleMult: 2 })],
  },
  '1cycle with momentum': {
    rule: () => sgd({ momentum: 0.9 }),
    callbacks: lo => [oneCycle(lo)],
  },
  'triangles, decoupled decay': {
    rule: adamW,
    wd: 0.1,
    callbacks: lo => [circularLR(lo, { momentums: [0.95, 0.8] }), weightDecaySchedule(lo)],
  },
  'warm-up over steps': {
    rule: rmsprop,
    lr: 0.01,
    callbacks: lo => [
      linearWarmup(lo, { length: { batches: 7 }, schedule: stepLR(lo, { stepSize: 1 }) }),
    ],
  },
  averages: {
    callbacks: (_lo, net) => [ema(net, { decay: 0.9 }), swa(net)],
  },
  'plateau and early stop': {
    epochs: 6,
    lr: 0.5,
    callbacks: lo => [reduceLROnPlateau(lo, { patience: 0 }), earlyStopping({ patience: 2 })],
  },
  'a frozen layer': { before: net => net.body.freeze() },
  'a loader of its own': {
    loader: () => {
      const chance = new Generator(3)
      return {
        length: 5,
        async *[Symbol.asyncIterator]() {
          yield* dataLoader(set, { bs: 5, generator: chance })
        },
      }
    },
  },
}

describe.each(Object.entries(plans))('%s', (_, plan) => {
  it('goes on after any step as if nothing had been', async () => {
    const whole = await play(plan, 1)
    const steps = whole.losses.length
    for (const step of [1, Math.floor(steps / 2), Math.floor(steps / 2) + 2, steps]) {
      same(await interruptedAt(step, plan), whole)
    }
  })
})

describe('checkpoints between', () => {
  it('loses the steps since the last one and does them again', async () => {
    const whole = await play({}, 1)
    for (const step of [6, 8, 11]) same(await interruptedAt(step, {}, 5), whole)
  })

  it('goes on twice', async () => {
    const whole = await play({}, 1)
    const storage = memoryStorage()
    const saver = () => checkpoint('run', { everySteps: 2, storage })
    await play({}, 1, { callbacks: [saver(), killer(5)] }).catch(() => {})
    const resume = { path: 'run', storage }
    await play({ seed: 1 }, 2, { callbacks: [saver(), killer(9)], resume }).catch(() => {})
    same(await play({ seed: 1 }, 3, { callbacks: [saver()], resume }), whole)
  })

  it('that are written at epochs’ ends', async () => {
    const whole = await play({}, 1)
    const storage = memoryStorage()
    await play({}, 1, { callbacks: [checkpoint('run', { storage }), killer(8)] }).catch(() => {})
    const resumed = await play({ seed: 1 }, 2, { resume: { path: 'run', storage } })
    expect(resumed.resumed).toMatchObject({ epoch: 1, batch: 0, step: 6 })
    expect(resumed.resumed?.notes).toEqual([])
    expect(resumed.losses).toEqual(whole.losses)
  })
})
