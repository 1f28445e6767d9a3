/**
 * All of a run in a file now and then, so that a killed run goes on from there to the same numbers,
 * bit for bit: weights, buffers, optimizer, schedules and other callbacks, the loader's place in its
 * epoch, every generator, history.
 */
import { backendInfo, checkOptions, DlError } from '@dl/core'
import { type FileStorage, fileStorage, files } from '@dl/data'
import { dispose } from '@tensorflow/tfjs-core'
import { badOption } from '../bad-option'
import {
  checkCount,
  checkFlag,
  checkHandler,
  checkMetadata,
  checkNumber,
  checkPath,
} from '../checks'
import { type Monitor, type MonitorOptions, monitored } from '../monitor'
import type { Callback, TrainContext } from '../protocol'
import { checkpointPath, checkStorage, stepsOf } from './find'
import { encodeCheckpoint, verifyCheckpoint } from './format'
import { type Kept, superfluous } from './kept'

export interface CheckpointOptions extends MonitorOptions {
  /** Whether to save after each epoch (default true, unless one of the next two is given). */
  everyEpoch?: boolean
  /** Saves after each so many steps. */
  everySteps?: number
  /** Saves after the step during which so many minutes have passed. */
  everyMinutes?: number
  /** How many of the newest files stay (default 2, so that there is one if the newest is damaged). */
  keepLast?: number
  /**
   * How many of the best epochs' files stay besides (default 0), by `monitor` and `mode`; such an epoch
   * is saved whatever the rhythm.
   */
  keepBest?: number
  /** Where files go (default: the platform's `fileStorage()`). */
  storage?: FileStorage
  /** Goes into each file beside epoch, batch, step and losses. */
  metadata?: Readonly<Record<string, string>>
  /** Called after each time a file is complete. */
  onSaved?(path: string): void | Promise<void>
}

export interface Checkpoint extends Callback {
  /** The newest file of this run; null before there is one. */
  readonly last: string | null
}

const OWNER = 'checkpoint'

/**
 * Writes `<path>_<step>.safetensors` in the rhythm asked for, and when the run ends or is stopped;
 * `fit(…, { resume: path })` goes on from the newest. A file appears complete or not at all, and older
 * ones go only after it. Where another run's files are in the way it refuses to begin.
 *
 * Put nothing after it in a list that changes the run: it has a high `order` and comes last.
 *
 * @throws DlError `bad-option`; in the run `run-exists`, `not-resumable` where the loop or the model
 *   cannot tell its state, `not-storable` for a callback's, `write-failed`
 *
 * @example
 * ```ts
 * import { checkpoint } from '@dl/callbacks'
 *
 * const saver = checkpoint('runs/char', { everyMinutes: 5, keepLast: 3, keepBest: 1 })
 * // await fit(model, data, 10, lo, loss, { callbacks: [saver] })
 * saver.last // → null
 * ```
 */
export function checkpoint(path: string, options: CheckpointOptions = {}): Checkpoint {
  const { everyEpoch, everySteps, everyMinutes, keepLast, keepBest, monitor, ...more } = checked(
    path,
    options,
  )
  const { metadata, onSaved, storage } = more
  let kept: Kept[] = []
  let last: string | null = null
  /** Whether there is something that no file holds. */
  let dirty = false
  let failed = false
  let savedAt = 0

  async function save(ctx: TrainContext, value = Number.NaN): Promise<void> {
    const { epoch, batch, step, smoothLoss, metrics } = ctx
    const state = await captured(ctx)
    let written: Uint8Array
    try {
      written = await encodeCheckpoint(state, {
        ...metadata,
        ...texts({ epoch, batch, step, trnLoss: smoothLoss, ...metrics }),
        ...(Number.isFinite(value) && { [`${OWNER} ${monitor.name}`]: String(value) }),
        backend: JSON.stringify(backendInfo()),
      })
      last = checkpointPath(path, step)
      await storage.write(last, written)
    } finally {
      dispose(state.tensors)
    }
    kept = [...kept.filter(one => one.step !== step), { step, value }]
    dirty = false
    savedAt = performance.now()
    const gone = superfluous(kept, { keepLast, keepBest, mode: monitor.mode })
    if (gone.length > 0) await checkWritten(storage, last, written)
    for (const one of gone) {
      await storage.remove(checkpointPath(path, one.step))
      kept = kept.filter(other => other !== one)
    }
    await onSaved?.(last)
  }

  /** Whether an epoch of this value is among the best. */
  const isBest = (value: number): boolean => {
    const now = { step: Number.POSITIVE_INFINITY, value }
    return !superfluous([...kept, now], { keepLast: 0, keepBest, mode: monitor.mode }).includes(now)
  }

  return {
    name: OWNER,
    order: 1000,
    get last() {
      return last
    },

    async onTrainBegin(ctx) {
      dirty = failed = false
      savedAt = performance.now()
      kept = await claimed(storage, path, ctx, monitor)
      last = ctx.resumed && kept.length > 0 ? ctx.resumed.path : null
    },
    async onBatchEnd(ctx) {
      dirty = true
      const minutes = (performance.now() - savedAt) / 60_000
      if (ctx.step % everySteps === 0 || minutes >= everyMinutes) await save(ctx)
    },
    // a run that was stopped within an epoch: what follows undoes what schedules did
    async onPhaseEnd(ctx) {
      if (ctx.stopped && dirty && ctx.batch < ctx.batchesInEpoch) await save(ctx)
    },
    // likewise in a validation, which then has no results
    async onValidationEnd(ctx) {
      if (ctx.stopped && dirty && Object.keys(ctx.metrics).length === 0) await save(ctx)
    },
    async onEpochEnd(ctx) {
      dirty = true
      const value = keepBest > 0 ? monitor.read(ctx) : Number.NaN
      if (everyEpoch || (keepBest > 0 && isBest(value))) await save(ctx, value)
    },
    onError() {
      failed = true
    },
    async onTrainEnd(ctx) {
      if (dirty && !failed) await save(ctx)
    },
  }
}

function checked(path: string, options: CheckpointOptions) {
  const {
    everySteps,
    everyMinutes,
    everyEpoch = everySteps === undefined && everyMinutes === undefined,
    keepLast = 2,
    keepBest = 0,
    storage = fileStorage(),
    metadata = {},
    onSaved,
    ...rest
  } = checkOptions(OWNER, options, [
    'everyEpoch',
    'everyMinutes',
    'everySteps',
    'keepBest',
    'keepLast',
    'metadata',
    'mode',
    'monitor',
    'onSaved',
    'storage',
  ])
  checkPath(OWNER, 'path', path)
  if (path.endsWith('.safetensors')) {
    const words = 'what the names of its files begin with'
    badOption(OWNER, `path is "${path}"`, words, 'Leave the extension out: runs/char.')
  }
  checkFlag(OWNER, 'everyEpoch', everyEpoch)
  if (everySteps !== undefined) checkCount(OWNER, 'everySteps', everySteps, 1)
  if (everyMinutes !== undefined) {
    checkNumber(OWNER, 'everyMinutes', everyMinutes, 'minutes, above 0', minutes => minutes > 0)
  }
  checkCount(OWNER, 'keepLast', keepLast, 1)
  checkCount(OWNER, 'keepBest', keepBest, 0)
  checkStorage(OWNER, storage)
  checkMetadata(OWNER, metadata)
  checkHandler(OWNER, 'onSaved', onSaved)
  return {
    everyEpoch,
    everySteps: everySteps ?? Number.POSITIVE_INFINITY,
    everyMinutes: everyMinutes ?? Number.POSITIVE_INFINITY,
    keepLast,
    keepBest,
    monitor: monitored(OWNER, rest),
    storage,
    metadata,
    onSaved,
  }
}

async function captured(ctx: TrainContext) {
  if (ctx.capture) return ctx.capture()
  throw new DlError('not-resumable', {
    problem: 'the loop that runs checkpoint cannot tell the state of its run',
    expected: 'fit of @dl/train, or a loop whose context has capture()',
  })
}

/** Older files are not to go for one that a disk did not take, and did not say so. */
async function checkWritten(storage: FileStorage, path: string, written: Uint8Array) {
  const read = await storage.read(path)
  if (read.length === written.length && read.every((byte, i) => byte === written[i])) return
  throw new DlError('write-failed', {
    problem: `${path} was written with ${written.length} bytes and reads back otherwise`,
    expected: 'what was written',
    fix: 'The files before it stay. Look at the disk, or give checkpoint another storage.',
  })
}

const texts = (numbers: Readonly<Record<string, number>>): Record<string, string> =>
  Object.fromEntries(Object.entries(numbers).map(([name, value]) => [name, String(value)]))

/** The files of this run that are whole. Those of another one are in its way. */
async function claimed(
  storage: FileStorage,
  path: string,
  { resumed }: TrainContext,
  { name }: Monitor,
): Promise<Kept[]> {
  const kept: Kept[] = []
  for (const step of await stepsOf(storage, path)) {
    const file = checkpointPath(path, step)
    const metadata = await verifyCheckpoint(await storage.read(file), file).catch(error => {
      if (DlError.is(error, 'damaged-checkpoint')) return null
      throw error
    })
    if (metadata === null) continue
    kept.push({ step, value: Number(metadata[`${OWNER} ${name}`] ?? Number.NaN) })
  }
  const newest = kept[0]
  if (newest === undefined) return kept
  const isFrom = ({ step }: Kept): boolean =>
    files.join(checkpointPath(path, step)) === files.join(resumed?.path ?? '')
  const isItself = resumed && kept.some(isFrom)
  if (isItself && newest.step <= resumed.step) return kept
  throw new DlError('run-exists', {
    problem: isItself
      ? `the run goes on from step ${resumed.step}, and ${checkpointPath(path, newest.step)} is of a later one`
      : `${checkpointPath(path, newest.step)} is of another run`,
    expected: 'a path of its own for each run',
    fix: isItself
      ? 'Go on from the newest, give checkpoint another path, or remove the later files.'
      : `Go on with that run, fit(…, { resume: '${path}' }), give checkpoint another path, or remove its files.`,
  })
}
