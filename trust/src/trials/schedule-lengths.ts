import {
  type Callback,
  callbackList,
  circularLR,
  cosAnneal,
  type LayerOptimizerLike,
  linearWarmup,
  oneCycle,
  stepLR,
  type TrainContext,
} from '@dl/callbacks'
import type { Generator } from '@dl/core'
import { optimizer as optimizerOf } from '../../../packages/callbacks/test/rehearsal'
import { pick } from '../mutate'
import { holds, refusalOf } from '../property'
import type { Trial } from '../trial'

const BASES = [0.1, 0.003]

const optimizer = () => optimizerOf(...BASES)

interface Run {
  epochs: number
  batches: readonly number[]
}

/** What the learning rates were, by epoch, and the schedule's state at the end of each. */
async function play(
  schedule: Callback,
  lo: LayerOptimizerLike,
  { epochs, batches }: Run,
  from = 0,
): Promise<{ rates: number[][][]; states: string[] }> {
  const list = callbackList([schedule])
  const rates: number[][][] = []
  const states: string[] = []
  const ctx = {
    epoch: from,
    epochs,
    batch: 0,
    batchesInEpoch: batches[from]!,
    step: batches.slice(0, from).reduce((a, b) => a + b, 0),
    lr: 0,
    loss: 1,
    smoothLoss: 1,
    items: 1,
    metrics: {},
    history: [],
    stop() {},
    emit: (_event: 'onCycleEnd', cycle: number) =>
      list.emit('onCycleEnd', ctx as TrainContext, cycle),
  }
  await list.emit('onTrainBegin', ctx)
  for (; ctx.epoch < epochs; ctx.epoch++) {
    ctx.batch = 0
    ctx.batchesInEpoch = batches[ctx.epoch]!
    const all: number[][] = []
    await list.emit('onEpochBegin', ctx)
    await list.emit('onPhaseBegin', ctx)
    for (let i = 0; i < batches[ctx.epoch]!; i++) {
      await list.emit('onBatchBegin', ctx)
      all.push([...lo.lrs, lo.mom ?? 0])
      ctx.batch++
      ctx.step++
      await list.emit('onBatchEnd', ctx)
    }
    await list.emit('onPhaseEnd', ctx)
    await list.emit('onEpochEnd', ctx)
    rates.push(all)
    states.push(JSON.stringify(schedule.state?.() ?? null))
  }
  await list.emit('onTrainEnd', ctx)
  return { rates, states }
}

function scheduleAtRandom(random: Generator): {
  name: string
  make: (lo: LayerOptimizerLike) => Callback
} {
  const length = pick<number | { batches: number }>(random, [
    1,
    2,
    0.5,
    1 / 3,
    1 + random.next() * 3,
    { batches: 1 + random.int(20) },
  ])
  const cycleMult = pick(random, [1, 2, 1.5, 3])
  const cycles = { cycleLen: length, cycleMult }
  const options = JSON.stringify(cycles)
  return pick(random, [
    { name: `cosAnneal ${options}`, make: lo => cosAnneal(lo, { ...cycles, warmup: 0.2 }) },
    {
      name: `circularLR ${options}`,
      make: lo => circularLR(lo, { ...cycles, momentums: [0.95, 0.8] }),
    },
    { name: `oneCycle ${options}`, make: lo => oneCycle(lo, cycles) },
    { name: 'oneCycle over all', make: lo => oneCycle(lo) },
    { name: `linearWarmup ${JSON.stringify(length)}`, make: lo => linearWarmup(lo, { length }) },
    {
      name: `warm ${options}`,
      make: lo => linearWarmup(lo, { length, schedule: cosAnneal(lo, cycles) }),
    },
    { name: 'stepLR 2', make: lo => stepLR(lo, { stepSize: 2 }) },
  ])
}

export const scheduleLengths: Trial = {
  name: 'schedule-lengths',
  claim:
    'over runs of any length rates stay between 0 and their base, end there, and go on from a checkpoint',
  short: 300,
  long: 20_000,
  run: context =>
    holds(context, async random => {
      const epochs = 1 + random.int(5)
      const usual = 1 + random.int(12)
      const batches = Array.from({ length: epochs }, () => {
        return random.int(3) === 0 ? 1 + random.int(12) : usual
      })
      const run = { epochs, batches }
      const { name, make } = scheduleAtRandom(random)
      const shown = `${name} over batches ${batches}`
      const lo = optimizer()
      const code = await refusalOf(async () => play(make(optimizer()), optimizer(), run))
      // a cycle of less than a batch
      if (code !== null) return code === 'bad-option' ? null : `${shown} is refused as ${code}`
      const { rates, states } = await play(make(lo), lo, run)
      for (const [epoch, all] of rates.entries()) {
        for (const [batch, [first, second, mom]] of all.entries()) {
          const fits = (rate: number | undefined, most: number) =>
            rate !== undefined && rate >= 0 && rate <= most * (1 + 1e-9)
          if (!fits(first, BASES[0]!) || !fits(second, BASES[1]!) || !fits(mom, 1)) {
            return `${shown}: at ${epoch}:${batch} rates are ${first}, ${second}, momentum ${mom}`
          }
          if (Math.abs(first! / BASES[0]! - second! / BASES[1]!) > 1e-9) {
            return `${shown}: at ${epoch}:${batch} groups differ: ${first}, ${second}`
          }
        }
      }
      if (!name.startsWith('stepLR') && String(lo.lrs) !== String(BASES)) {
        return `${shown}: ends with rates ${lo.lrs}`
      }
      const from = 1 + random.int(epochs)
      if (from >= epochs) return null
      const other = optimizer()
      const again = make(other)
      again.restore?.(JSON.parse(states[from - 1]!))
      const { rates: rest } = await play(again, other, run, from)
      return JSON.stringify(rest) === JSON.stringify(rates.slice(from))
        ? null
        : `${shown}: goes on from epoch ${from} as ${JSON.stringify(rest[0]?.slice(0, 2))} in place of ${JSON.stringify(rates[from]?.slice(0, 2))}`
    }),
}
