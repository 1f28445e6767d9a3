/** TensorBoard's event files. */
import type { Callback, TrainContext } from '@dl/callbacks'
import { checkOptions, DlError, showValue } from '@dl/core'
import { files } from '@dl/data'
import { checkRun, checkText, numbersOf, type RunOptions, runInfo } from '../run'
import { scalarEvent, startEvent, textEvent, versionEvent, type When } from './event'
import { frame } from './record'

export interface TensorBoardOptions extends RunOptions {
  /** Batches between two points of the loss and the learning rate (default 0: epochs alone). */
  everySteps?: number
}

export interface TensorBoard extends Callback {
  /** The file that is written; null before the run begins. */
  readonly path: string | null
}

/**
 * Writes what `tensorboard --logdir <folder>` shows, into `<folder>/<name>`: the losses, metrics and
 * learning rate of each epoch by the number of batches until then, and the run's settings and commit as
 * a text. A run that goes on from a checkpoint begins another file, before which TensorBoard drops what
 * came after the checkpoint. Needs a disk to write to: not in a page.
 *
 * @throws DlError `bad-option`; in the run `write-failed`
 *
 * @example
 * ```ts
 * import { tensorBoard } from '@dl/track'
 *
 * tensorBoard('runs', { name: 'gru-256', config: { lr: 1e-2, hidden: 256 } }).name // → tensorBoard
 * ```
 */
export function tensorBoard(folder: string, options: TensorBoardOptions = {}): TensorBoard {
  const known = ['name', 'config', 'commit', 'everySteps'] as const
  const { everySteps = 0, ...run } = checkOptions('tensorBoard', options, known)
  checkText('tensorBoard', 'folder', folder)
  checkRun('tensorBoard', run)
  if (!(Number.isSafeInteger(everySteps) && everySteps >= 0)) {
    throw new DlError('bad-option', {
      problem: `tensorBoard's everySteps is ${showValue(everySteps)}`,
      expected: 'an integer of at least 0',
    })
  }
  let path: string | null = null
  /** Of an epoch, or of the batches before a file is written to. */
  let waiting: Uint8Array[] = []

  const now = ({ step }: TrainContext): When => ({ time: Date.now() / 1000, step })
  const flush = async (): Promise<void> => {
    const length = waiting.reduce((sum, part) => sum + part.length, 0)
    if (path === null || length === 0) return
    const bytes = new Uint8Array(length)
    let at = 0
    for (const part of waiting) {
      bytes.set(part, at)
      at += part.length
    }
    await files.append(path, bytes)
    waiting = []
  }

  return {
    name: 'tensorBoard',
    get path() {
      return path
    },
    async onTrainBegin(ctx) {
      const { name, config } = await runInfo(run)
      const { time, step } = now(ctx)
      // files of one run are read in the order of their names
      const file = `events.out.tfevents.${time.toFixed(3)}.dl`
      path = files.join(folder, name, file)
      const settings = Object.entries(config).map(([key, value]) => `| ${key} | ${value} |`)
      const table = ['| setting | value |', '|---|---|', ...settings].join('\n')
      waiting = [versionEvent(time), startEvent({ time, step })].map(frame)
      if (settings.length > 0) waiting.push(frame(textEvent({ time, step }, { config: table })))
      await flush()
    },
    onBatchEnd(ctx) {
      if (everySteps === 0 || ctx.step % everySteps !== 0) return
      const { loss, lr } = ctx
      waiting.push(frame(scalarEvent(now(ctx), { 'batch/loss': loss, 'batch/lr': lr })))
    },
    async onEpochEnd(ctx) {
      waiting.push(frame(scalarEvent(now(ctx), numbersOf(ctx))))
      await flush()
    },
    onTrainEnd: flush,
  }
}
