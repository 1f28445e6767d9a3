/** A run that is stopped or aborted at whatever event goes on to the numbers of one that was not. */
import {
  type Callback,
  type CallbackEvent,
  checkpoint,
  cosAnneal,
  ema,
  oneCycle,
  weightDecaySchedule,
} from '@dl/callbacks'
import { defaultGenerator } from '@dl/core'
import { dataLoader, memoryStorage } from '@dl/data'
import { adamW } from '@dl/optim'
import type { Metric } from '@dl/train'
import { add, mean, tensor } from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import { type Outcome, type Plan, play, same, set } from './replay'

/** Draws from the default generator for each batch, as mixup does. */
const noise = (): Callback => ({
  name: 'noise',
  transformBatch(batch) {
    const shift = tensor(defaultGenerator().normal(2, 0, 0.1))
    return { ...batch, inputs: [add(batch.inputs[0]!, shift)] }
  },
})

/** Its order is of the default generator, and nobody can ask it where it stands. */
const withoutState = (bs: number) => ({
  length: Math.ceil(22 / bs),
  async *[Symbol.asyncIterator]() {
    yield* dataLoader(set, { bs, shuffle: true, seed: defaultGenerator().int(1000) })
  },
})

/** Called with each batch that is judged. */
let judged: () => void = () => {}
const metrics: Metric[] = [
  {
    name: 'calls',
    batch(output) {
      judged()
      return mean(output)
    },
  },
]

const plans: Record<string, Plan> = {
  'carried state and random batches': {
    rule: adamW,
    wd: 0.1,
    seed: 1,
    options: { carryState: true, metrics },
    callbacks: (lo, net) => [oneCycle(lo), weightDecaySchedule(lo), ema(net), noise()],
    validation: () => dataLoader(set, { bs: 4, shuffle: true, seed: 5 }),
  },
  'loaders without a state': {
    options: { metrics },
    callbacks: lo => [cosAnneal(lo, { cycleLen: 0.75 }), noise()],
    loader: () => withoutState(4),
    validation: () => withoutState(8),
  },
}

/** Where in the second of three epochs, of six batches each, it happens. */
const places: [CallbackEvent, number][] = [
  ['onEpochBegin', 6],
  ['onPhaseBegin', 6],
  ['onBatchBegin', 6],
  ['onBatchBegin', 9],
  ['onBatchEnd', 9],
  ['onBatchEnd', 12],
  ['onPhaseEnd', 12],
  ['onValidationBegin', 12],
  ['onValidationEnd', 12],
  ['onEpochEnd', 12],
]

type How = 'aborted' | 'stopped'

/** Ends the run at an event, before all other callbacks or after them. */
function end(how: How, [event, at]: (typeof places)[number], order: number, abort: () => void) {
  const ender: Callback = { name: 'ender', order }
  ender[event] = ctx => {
    if (ctx.step !== at) return
    if (how === 'aborted') abort()
    else ctx.stop()
  }
  return ender
}

describe.each(Object.entries(plans))('%s', (_, plan) => {
  const three: Plan = { epochs: 3, ...plan }
  let whole: Promise<Outcome> | null = null

  async function interrupted(make: (abort: () => void) => Callback, everySteps?: number) {
    const storage = memoryStorage()
    const controller = new AbortController()
    const saver = () => checkpoint('run', { storage, ...(everySteps && { everySteps }) })
    const first = await play(three, 1, {
      callbacks: [saver(), make(() => controller.abort())],
      signal: controller.signal,
    })
    expect(first.history.length).toBeLessThan(3)
    const resume = { path: 'run', storage }
    same(await play(three, 99, { callbacks: [saver()], resume }), await (whole ??= play(three, 1)))
  }

  for (const place of places) {
    it(`at ${place.join(' of step ')}`, async () => {
      for (const how of ['aborted', 'stopped'] as const) {
        // the other way round in the other plan
        const order = (how === 'aborted') === (plan.loader === undefined) ? -100 : 900
        await interrupted(abort => end(how, place, order, abort), 5)
      }
    })
  }

  it.each([undefined, 1, 5])('within validation, saving every %s steps', async everySteps => {
    await interrupted(abort => {
      let within = false
      judged = () => void (within && abort())
      return {
        name: 'aborting',
        onValidationBegin(ctx) {
          within = ctx.step === 12
        },
      }
    }, everySteps)
    judged = () => {}
  })
})
