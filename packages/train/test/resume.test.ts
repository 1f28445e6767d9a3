/** A run that goes on from a checkpoint gives the numbers of one that was not interrupted, bit for bit. */
import {
  type Callback,
  checkpoint,
  circularLR,
  cosAnneal,
  earlyStopping,
  ema,
  linearWarmup,
  oneCycle,
  reduceLROnPlateau,
  stepLR,
  swa,
  weightDecaySchedule,
} from '@dl/callbacks'
import { Generator, manualSeed } from '@dl/core'
import { dataLoader, memoryStorage } from '@dl/data'
import { crossEntropy, Linear } from '@dl/layers'
import { adam, adamW, LayerOptimizer, rmsprop, sgd } from '@dl/optim'
import { fit } from '@dl/train'
import { describe, expect, it, vi } from 'vitest'
import { type Outcome, type Plan, play, same, set } from './replay'

const killed = new Error('killed')

/** Ends the run as a kill does: nothing after it sees that. */
const killer = (step: number): Callback => ({
  name: 'killer',
  order: 2000,
  onBatchEnd(ctx) {
    if (ctx.step === step) throw killed
  },
})

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
  'warm-up alone': {
    callbacks: lo => [linearWarmup(lo, { length: { batches: 6 } })],
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

describe('what the program says anew', () => {
  const storage = memoryStorage()
  const resume = { path: 'run', storage }
  const begin = async (plan: Plan) => {
    for (const path of await storage.list('')) await storage.remove(path)
    const saver = checkpoint('run', { everySteps: 1, storage })
    await play(plan, 1, { callbacks: [saver, killer(4)] }).catch(() => {})
  }
  const warned = async (run: () => Promise<Outcome>) => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    try {
      const outcome = await run()
      return { ...outcome, warning: warn.mock.calls.map(String).join() }
    } finally {
      warn.mockRestore()
    }
  }

  it('counts, and is told: learning rate, epochs', async () => {
    await begin({})
    const { lrs, resumed, warning, history } = await warned(() =>
      play({ lr: 0.01, epochs: 3, seed: 1 }, 1, { resume }),
    )
    expect(lrs).toEqual([...Array(4).fill(0.05), ...Array(14).fill(0.01)])
    expect(history).toHaveLength(3)
    expect(resumed?.notes).toEqual([
      'epochs 3 as the program says, not 2',
      'lr 0.01 as the program says, not 0.05',
    ])
    expect(warning).toBe(
      '@dl/train: goes on from run_4.safetensors: epoch 0, batch 4, step 4 (epochs 3 as the program says, not 2; lr 0.01 as the program says, not 0.05).',
    )
  })

  it('another schedule, which begins here', async () => {
    await begin({ callbacks: lo => [cosAnneal(lo)] })
    const other = (lo: LayerOptimizer) => [stepLR(lo, { stepSize: { batches: 3 } })]
    const { lrs, resumed } = await warned(() => play({ callbacks: other, seed: 1 }, 1, { resume }))
    expect(lrs.slice(4, 11)).toEqual([0.05, 0.05, 0.05, 0.005, 0.005, 0.005, 0.0005].map(near))
    expect(resumed?.notes).toEqual([
      'stepLR begins here, as the checkpoint has none',
      "the checkpoint's cosAnneal is not used",
    ])
  })

  it('a schedule with other cycles, which began where it did', async () => {
    await begin({ callbacks: lo => [cosAnneal(lo)] })
    const { resumed, lrs } = await warned(() =>
      play({ callbacks: lo => [cosAnneal(lo, { cycleLen: 2 })], seed: 1 }, 1, { resume }),
    )
    expect(resumed?.notes).toEqual(["cosAnneal's cycleLen 2 as the program says, not 1"])
    expect(lrs[6]).toBeCloseTo(0.025, 9)
  })

  it('what is frozen', async () => {
    await begin({})
    const { resumed } = await warned(() =>
      play({ before: net => net.body.freeze(), seed: 1 }, 1, { resume }),
    )
    expect(resumed?.notes).toEqual(['what is frozen as the program says'])
  })

  it('weight decay and momentum that a schedule moves', async () => {
    const moving = (lo: LayerOptimizer) => [oneCycle(lo), weightDecaySchedule(lo)]
    await begin({ rule: adamW, wd: 0.1, callbacks: moving })
    const seen: number[] = []
    const probe = (lo: LayerOptimizer): Callback => ({
      name: 'probe',
      order: 2000,
      onTrainEnd: () => void seen.push(lo.wds[0]!, lo.mom),
    })
    const { resumed } = await warned(() =>
      play(
        {
          rule: () => adamW({ betas: [0.8, 0.999] }),
          wd: 0.2,
          callbacks: lo => [...moving(lo), probe(lo)],
          seed: 1,
        },
        1,
        { resume },
      ),
    )
    expect(seen).toEqual([0.2, 0.8])
    expect(resumed?.notes).toEqual([
      'weight decay 0.2 as the program says, not 0.1',
      'momentum 0.8 as the program says, not 0.9',
    ])
  })

  it('refuses another model and another rule, and changes nothing', async () => {
    await begin({})
    await expect(play({ rule: sgd }, 1, { resume })).rejects.toThrow(
      'the optimizer state does not fit: it is of adam, not sgd',
    )
    manualSeed(7)
    const net = new Linear(2, 3)
    using lo = new LayerOptimizer(adam, net, 0.1)
    const before = [...(await net.weight.value.data())]
    const data = { train: dataLoader(set) }
    await expect(fit(net, data, 1, lo, crossEntropy, { resume })).rejects.toThrow(
      'the state does not fit Linear',
    )
    expect([...(await net.weight.value.data())]).toEqual(before)
    net.dispose()
  })
})

const near = (value: number): number => expect.closeTo(value, 9) as unknown as number
