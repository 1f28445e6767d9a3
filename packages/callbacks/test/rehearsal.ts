/** A training loop without training: the order of events, with losses that are given. */
import { type Callback, callbackList, type EpochRow, type LayerOptimizerLike } from '@dl/callbacks'

export interface Script {
  epochs?: number
  batches?: number | ((epoch: number) => number)
  /** What the loader says it has, where that is wrong or nothing (Infinity). */
  announced?: number
  loss?: (step: number) => number
  validate?: (epoch: number) => Record<string, number>
  lo?: LayerOptimizerLike
  /** Before each batch, for instance to let a clock go on. */
  tick?: () => void
  /** Where a resumed run goes on. */
  from?: { epoch: number; step: number }
}

export function optimizer(...baseLrs: number[]) {
  const lo = {
    baseLrs,
    lrs: [...baseLrs],
    mom: 0.9,
    setMom(momentum: number) {
      lo.mom = momentum
    },
    get lr() {
      return lo.lrs.at(-1)!
    },
    setLrs(lrs: number | readonly number[]) {
      lo.lrs = typeof lrs === 'number' ? baseLrs.map(() => lrs) : [...lrs]
    },
  }
  return lo
}

/** Plays a run and tells what was stopped for, if it was. */
export async function rehearse(
  callbacks: readonly Callback[],
  { epochs = 1, batches = 10, lo, from, announced, ...script }: Script = {},
): Promise<{ log: string[]; reason: string | null }> {
  const list = callbackList(callbacks)
  const log: string[] = []
  let reason: string | null = null
  let sum = 0
  const ctx = {
    epoch: from?.epoch ?? 0,
    epochs,
    batch: 0,
    batchesInEpoch: 0,
    step: from?.step ?? 0,
    get lr() {
      return lo?.lr ?? 0.01
    },
    loss: Number.NaN,
    smoothLoss: Number.NaN,
    items: 64,
    metrics: {} as Record<string, number>,
    history: [] as EpochRow[],
    stop(why = '') {
      reason = why
    },
    emit: (_event: 'onCycleEnd', cycle: number) => {
      log.push(`cycle ${cycle} ended at ${ctx.epoch}:${ctx.batch}`)
      return list.emit('onCycleEnd', ctx, cycle)
    },
  }
  try {
    await list.emit('onTrainBegin', ctx)
    for (; ctx.epoch < epochs && reason === null; ctx.epoch++) {
      ctx.batch = 0
      ctx.metrics = {}
      const count = typeof batches === 'number' ? batches : batches(ctx.epoch)
      ctx.batchesInEpoch = announced ?? count
      await list.emit('onEpochBegin', ctx)
      while (ctx.batch < count && reason === null) {
        await list.emit('onBatchBegin', ctx)
        script.tick?.()
        log.push(`lr ${lo?.lrs.map(lr => Number(lr.toFixed(6))).join()}`)
        ctx.loss = script.loss?.(ctx.step) ?? 1
        ctx.batch++
        ctx.step++
        sum = 0.98 * sum + 0.02 * ctx.loss
        ctx.smoothLoss = sum / (1 - 0.98 ** (ctx.step - (from?.step ?? 0)))
        await list.emit('onBatchEnd', ctx)
      }
      if (reason === null) ctx.batchesInEpoch = ctx.batch
      await list.emit('onPhaseEnd', ctx)
      if (script.validate) {
        await list.emit('onValidationBegin', ctx)
        ctx.metrics = script.validate(ctx.epoch)
        await list.emit('onValidationEnd', ctx)
      }
      await list.emit('onEpochEnd', ctx)
    }
  } catch (error) {
    await list.emit('onError', ctx, error)
    throw error
  } finally {
    await list.emit('onTrainEnd', ctx)
  }
  return { log, reason }
}

/** The learning rates of the batches, one group. */
export const lrsOf = (log: readonly string[]): number[] =>
  log.filter(line => line.startsWith('lr ')).map(line => Number(line.slice(3)))

/** Notes what `read` gives when each batch begins, after the schedules. */
export function probe(read: () => number) {
  const seen: number[] = []
  const callback: Callback = {
    name: 'probe',
    onBatchBegin: () => void seen.push(Number(read().toFixed(6))),
  }
  return { seen, callback }
}
