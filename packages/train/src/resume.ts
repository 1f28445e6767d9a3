/**
 * Taking a run up from a checkpoint. What the program says anew (learning rates, decay, schedules,
 * number of epochs, what is frozen) counts where it differs from what the program of the checkpoint
 * had said, and is noted; everything else goes on as it was.
 */
import { type Resume, type Resumed, readCheckpoint } from '@dl/callbacks'
import { backendInfo, DlError, showValue } from '@dl/core'
import { dispose } from '@tensorflow/tfjs-core'
import { announced } from './batches'
import {
  type Asked,
  callbackTensors,
  loadTensors,
  type RunParts,
  type StoredRun,
  setFlags,
  setModes,
  setRandom,
} from './run-state'

/** A run that was taken up. */
export interface TakenUp {
  resumed: Resumed
  /** Puts the generators where they stood: once more when others have drawn from them. */
  setRandom(): void
  /** For the epoch that was interrupted, before its batches are asked for: what it was drawn from. */
  enterEpoch(): void
  /** The modes of its modules. */
  setModes(): void
}

/**
 * @throws DlError `no-checkpoint`, `damaged-checkpoint`, `bad-checkpoint`; `state-mismatch` for
 *   another model or optimizer, and then model and optimizer are as they were
 */
export async function takeUp(resume: Resume, parts: RunParts): Promise<TakenUp> {
  const { path, state, passedOver } = await readCheckpoint(resume)
  const { model, data, lo, callbacks, run, asked } = parts
  try {
    const stored = state.values as unknown as StoredRun
    if (typeof stored.run !== 'object' || typeof stored.asked !== 'object') throw unfit(path)
    loadTensors(parts, state.tensors, optimizerValues(asked, stored))
    if (sameFlags(asked, stored.asked)) setFlags(model, lo, stored)
    run.restore(stored.run)
    const { begun, loader, validation } = stored
    if (loader) data.train.restore?.(loader)
    if (validation) data.validation?.restore?.(validation)
    // the lengths of epochs may differ, so these are of the one that was to come
    const notes = [...passedOver, ...differences(asked, stored, parts)]
    if (begun?.loader) data.train.restore?.(begun.loader)
    callbacks.restore(stored.callbacks, callbackTensors(state.tensors))
    setRandom(model, stored)
    if (run.isWithinEpoch) refit(run, parts, stored)
    const { epoch, batch, step } = run
    return {
      resumed: { path, epoch, batch, step, notes },
      setRandom: () => setRandom(model, stored),
      enterEpoch() {
        // a loader without a state may draw its order from the default generator
        if (begun && !begun.loader) setRandom(model, { ...stored, random: begun.random })
      },
      setModes: () => setModes(model, stored.training),
    }
  } finally {
    dispose(state.tensors)
  }
}

/** Batches and steps of the rest of an epoch that is now cut otherwise. */
function refit(run: RunParts['run'], { asked, data }: RunParts, stored: StoredRun): void {
  const now = announced(data.train, 'training')
  const same = asked.gradientAccumulation === stored.asked.gradientAccumulation
  if (same && (now === stored.batches || stored.batches === null)) return
  run.batch = Math.max(1, Math.ceil(run.taken / asked.gradientAccumulation))
  run.batchesInEpoch = Math.max(run.batch, Math.ceil(now / asked.gradientAccumulation))
}

/** The optimizer's numbers: those of the checkpoint, but for what the program now says otherwise. */
function optimizerValues(asked: Asked, { asked: before, optimizer }: StoredRun) {
  const { lrs, wds, momentum, beta } = asked
  return {
    ...optimizer,
    ...(!same(lrs, before.lrs) && { lrs: [...lrs], baseLrs: [...lrs] }),
    ...(!same(wds, before.wds) && { wds: [...wds] }),
    ...(momentum !== before.momentum && { momentum }),
    ...(beta !== before.beta && beta !== null && { beta }),
  }
}

const sameFlags = (asked: Asked, before: Asked): boolean =>
  same(asked.trainable, before.trainable) && same(asked.flags, before.flags)

/** What is not as the program of the checkpoint had it, a sentence each. */
function differences(asked: Asked, stored: StoredRun, parts: RunParts): string[] {
  const { asked: before } = stored
  const named = [
    ['epochs', asked.epochs, before.epochs],
    ['lr', one(asked.lrs), one(before.lrs)],
    ['weight decay', one(asked.wds), one(before.wds)],
    ['momentum', asked.momentum, before.momentum],
    ['beta', asked.beta, before.beta],
    ['clip', asked.clip, before.clip],
    ['clipValue', asked.clipValue, before.clipValue],
    ['gradientAccumulation', asked.gradientAccumulation, before.gradientAccumulation],
    ['carryState', asked.carryState, before.carryState],
    ['batches of an epoch', batchesOf(parts), stored.batches],
  ] as const
  const notes = named
    .filter(([, now, was]) => !same(now, was))
    .map(([name, now, was]) => `${name} ${now ?? 'none'} as the program says, not ${was ?? 'none'}`)
  if (!sameFlags(asked, before)) notes.push('what is frozen as the program says')
  return [...notes, ...callbackNotes(stored, parts), ...backendNotes(stored)]
}

const batchesOf = ({ data: { train } }: RunParts): number | null =>
  Number.isFinite(train.length) ? train.length! : null

function callbackNotes({ callbacks: states }: StoredRun, { callbacks }: RunParts): string[] {
  const own = callbacks.state()
  const fresh = Object.keys(own).filter(name => !Object.hasOwn(states, name))
  const unused = Object.keys(states).filter(name => !Object.hasOwn(own, name))
  const changed = Object.keys(own).flatMap(name => {
    const [now, was] = [optionsOf(own[name]), optionsOf(states[name])]
    if (now === null || was === null) return []
    return [...new Set([...Object.keys(now), ...Object.keys(was)])]
      .filter(key => !same(now[key], was[key]))
      .map(
        key => `${name}'s ${key} ${textOf(now[key])} as the program says, not ${textOf(was[key])}`,
      )
  })
  return [
    ...fresh.map(name => `${name} begins here, as the checkpoint has none`),
    ...unused.map(name => `the checkpoint's ${name} is not used`),
    ...changed,
  ]
}

/** What a callback was made with, where it tells. */
const optionsOf = (state: unknown): Record<string, unknown> | null =>
  (state as { options?: Record<string, unknown> } | null | undefined)?.options ?? null

const textOf = (value: unknown): string => {
  if (value === undefined || value === null) return 'none'
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** The same bits come of the same kernels only. */
function backendNotes({ backend: was }: StoredRun): string[] {
  // native kernels give the bits of WebAssembly
  const { backend, simd, precision } = backendInfo()
  const now = { backend, simd, precision }
  const { backend: name, simd: variant, precision: digits } = was
  if (same(now, { backend: name, simd: variant, precision: digits })) return []
  const shown = (info: typeof now): string =>
    [info.backend, info.simd, info.precision].filter(Boolean).join(' ')
  return [`computed by ${shown(now)}, before by ${shown(was)}: last digits may differ`]
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)

const one = (numbers: readonly number[]): string => [...new Set(numbers)].join(', ')

const unfit = (path: string): DlError =>
  new DlError('bad-checkpoint', {
    problem: `${path} holds ${showValue({})}, not the state of a run of fit`,
    expected: 'a checkpoint that was written while fit ran',
  })

/** A line for people. */
export function resumedText({ path, epoch, batch, step, notes }: Resumed): string {
  const within = batch > 0 ? `, batch ${batch}` : ''
  const where = `goes on from ${path}: epoch ${epoch}${within}, step ${step}`
  return notes.length > 0 ? `${where} (${notes.join('; ')})` : where
}
