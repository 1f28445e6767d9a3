/**
 * A run that listens: between two batches it takes orders, and while it is paused it waits for the
 * next. When it is over it stays there, so that it can still write and be saved.
 */
import {
  type Callback,
  encodeCheckpoint,
  type LossRecorder,
  lossRecorder,
  type TrainContext,
} from '@dl/callbacks'
import { memoryStorage } from '@dl/data'
import { useBackend } from '@dl/example-char-lm-web/use-backend'
import { crossEntropy } from '@dl/layers'
import { fit } from '@dl/train'
import { inside } from './inside'
import { type Language, language } from './language'
import { type Mailbox, mailbox } from './mailbox'
import type { Job, News, Order } from './protocol'
import { writer } from './writer'

type Start = Extract<Order, { kind: 'train' }>
type Say = (news: News) => void

const EVERY_MS = 100
/** How often a run that may lose its device is kept, in case it does. */
const KEEP_MS = 15_000
/** The id of a snapshot that nobody asked for. */
export const KEPT = 0

export function trainText(start: Start, say: Say) {
  const mail = mailbox<Order>()
  return { order: mail.put, ended: train(start, say, mail) }
}

async function train(
  { backend, plan, own, resume, ...start }: Start,
  say: Say,
  mail: Mailbox<Order>,
) {
  const machine = await useBackend(backend)
  const net = await language(plan, own)
  const { model, data, lo } = net
  const recorder = lossRecorder()
  const parameters = [...model.parameters()].reduce((sum, { size }) => sum + size, 0)
  const look = inside(model, lo, say)
  say({ kind: 'ready', machine, parameters, letters: data.nt, paths: look.paths })
  const audience = listener({ ...start, backend, plan, own }, { net, recorder, look, say, mail })
  const storage = memoryStorage()
  if (resume) await storage.write('run_0.safetensors', resume)
  try {
    await fit(model, data, plan.epochs, lo, crossEntropy, {
      callbacks: [recorder, look, audience],
      ...(resume && { resume: { path: 'run', storage } }),
    })
  } finally {
    net.dispose()
  }
}

interface Parts {
  net: Language
  recorder: LossRecorder
  look: ReturnType<typeof inside>
  say: Say
  mail: Mailbox<Order>
}

function listener(
  { backend, plan, own, ...start }: Job & Pick<Start, 'prompt' | 'isPaused'>,
  { net, recorder, look, say, mail }: Parts,
): Callback {
  const { lo } = net
  const write = writer(net, start.prompt, say)
  let { isPaused } = start
  let state: 'training' | 'paused' | 'done' | null = null
  let said = 0
  let saidAt = 0
  let keptAt = Number.NEGATIVE_INFINITY
  /** Whether there are steps that no snapshot has, of a device that may be lost. */
  let isAtRisk = false
  const pace = { since: 0, batches: 0 }

  const tell = (next: NonNullable<typeof state>) => {
    if (next === state) return
    state = next
    say({ kind: 'state', state })
  }
  const report = ({ epoch }: TrainContext) => {
    const part = <T>(values: readonly T[]) => values.slice(said)
    const { losses, smoothLosses, lrs } = recorder
    const elapsed = performance.now() - pace.since
    say({
      kind: 'points',
      ...{ epoch, from: said },
      ...{ losses: part(losses), smooth: part(smoothLosses), lrs: part(lrs) },
      msPerBatch: pace.batches > 0 ? elapsed / pace.batches : null,
    })
    said = losses.length
    saidAt = performance.now()
    pace.since = saidAt
    pace.batches = 0
  }
  const snapshot = async (ctx: TrainContext, id: number) => {
    const state = await ctx.capture!()
    try {
      const bytes = await encodeCheckpoint(state, {
        plan: JSON.stringify(plan),
        lr: String(lo.lr),
        step: String(ctx.step),
        trnLoss: String(ctx.smoothLoss),
        ...(own && { text: own.name }),
      })
      say({ kind: 'snapshot', id, bytes })
    } finally {
      for (const tensor of Object.values(state.tensors)) tensor.dispose()
    }
    keptAt = performance.now()
    isAtRisk = false
  }
  /** Does what was asked for. @returns whether the next batch may come */
  const serve = async (ctx: TrainContext, isOver = false): Promise<void> => {
    for (;;) {
      const order = mail.next()
      if (order === undefined) {
        if (!isPaused && !isOver) break
        if (said < recorder.losses.length) report(ctx)
        if (isAtRisk) await snapshot(ctx, KEPT)
        tell(isOver ? 'done' : 'paused')
        await mail.arrival()
      } else if (order.kind === 'go') isPaused = false
      else if (order.kind === 'pause') isPaused = true
      else if (order.kind === 'step') {
        isPaused = true
        if (!isOver) break
      } else if (order.kind === 'lr') lo.setLrs(order.lr)
      else if (order.kind === 'write') await write.anew(ctx, order.prompt)
      else if (order.kind === 'snapshot') await snapshot(ctx, order.id)
      else if (order.kind === 'look') look.at(order.paths)
    }
    if (!isPaused) tell('training')
    if (isPaused) pace.batches = 0
  }

  return {
    name: 'audience',
    order: 1000,
    async onTrainBegin(ctx) {
      if (recorder.losses.length > 0) report(ctx)
      for (const { step, valLoss } of recorder.epochs) {
        if (valLoss !== undefined) say({ kind: 'judged', step, valLoss })
      }
      await serve(ctx)
      pace.since = performance.now()
    },
    async onBatchEnd(ctx) {
      pace.batches++
      if (said === 0 || performance.now() - saidAt >= EVERY_MS) report(ctx)
      await write.now(ctx)
      isAtRisk = backend !== 'wasm'
      if (isAtRisk && performance.now() - keptAt > KEEP_MS) await snapshot(ctx, KEPT)
      await serve(ctx)
    },
    onEpochEnd({ step, metrics: { valLoss } }) {
      if (valLoss !== undefined) say({ kind: 'judged', step, valLoss })
    },
    async onTrainEnd(ctx) {
      if (ctx.epoch < ctx.epochs) return
      report(ctx)
      await write.anew(ctx)
      await serve(ctx, true)
    },
  }
}
