/**
 * The learning rate range test (Smith, arXiv:1506.01186): raise the learning rate batch by batch
 * and watch where the loss falls, and where it flies. Unlike fast.ai's it writes no weights file:
 * all that training changed is put back from memory.
 */
import { checkOptions, DlError, showValue } from '@dl/core'
import { badOption } from '../bad-option'
import type { Callback, TrainContext } from '../protocol'
import { type LrFinderResult, lrFinderResult, type Suggest } from './result'
import {
  type RestorableLoader,
  type RestorableModel,
  type RestorableOptimizer,
  type Snapshot,
  snapshot,
} from './snapshot'
import { sweep } from './sweep'

export interface LrFinderOptions {
  /** The last group's first lr, the others in proportion to their base; or one for each (default 1e-5). */
  startLr?: number | readonly number[]
  /** What the last group's lr rises towards (default 10). */
  endLr?: number
  /** Whether it rises by steps of equal size, rather than of equal ratio (default false). */
  linear?: boolean
  /** How many batches to take (default: those of the run, so usually one epoch). */
  batches?: number
  /** Whether to stop where the smoothed loss is above 4 × its best (default true). */
  stopEarly?: boolean
  /** How many batches pass before a loss counts as the best (default 10). */
  settle?: number
  /** Which rule `suggestion` follows (default `valley`). */
  suggest?: Suggest
  /** A loader whose position is put back, too, so that training sees the epochs it would have seen. */
  loader?: RestorableLoader
}

export interface LrFinder extends Callback {
  /** What the last run found; null before there is one. */
  readonly result: LrFinderResult | null
}

const NAMES = [
  'batches',
  'endLr',
  'linear',
  'loader',
  'settle',
  'startLr',
  'stopEarly',
  'suggest',
] as const satisfies (keyof LrFinderOptions)[]

/** How far above its best the smoothed loss may get. */
const DIVERGED = 4

/**
 * Finds a learning rate in one epoch of training, of which nothing stays: weights, buffers,
 * optimizer, learning rates and randomness are as before.
 *
 * @throws DlError `nan-loss` in the run, where not even the first batch has a loss
 *
 * @example
 * ```ts
 * import { lrFinder } from '@dl/callbacks'
 * import { Linear } from '@dl/layers'
 * import { adam, LayerOptimizer } from '@dl/optim'
 *
 * const model = new Linear(3, 1)
 * const lo = new LayerOptimizer(adam, model, 1e-2)
 * const finder = lrFinder(model, lo)
 * // await fit(model, { train: data.train }, 1, lo, loss, { callbacks: [finder] })
 * finder.result?.suggestion // → undefined
 * lo.dispose()
 * model.dispose()
 * ```
 */
export function lrFinder(
  model: RestorableModel,
  optimizer: RestorableOptimizer,
  options: LrFinderOptions = {},
): LrFinder {
  checkOptions('lrFinder', options, NAMES)
  const { startLr = 1e-5, endLr = 10, linear = false, batches, loader } = options
  const { stopEarly = true, settle = 10, suggest = 'valley' } = options
  check(options)

  let kept: Snapshot | null = null
  let curve = { lrs: [] as number[], losses: [] as number[], smoothed: [] as number[] }
  let best = Number.POSITIVE_INFINITY
  let result: LrFinderResult | null = null

  const position = ({ epoch, epochs, batch, batchesInEpoch, step }: TrainContext): number =>
    batches === undefined ? (epoch + batch / batchesInEpoch) / epochs : step / batches

  return {
    name: 'lrFinder',
    order: -10,
    get result() {
      return result
    },

    onTrainBegin() {
      kept = snapshot(model, optimizer, loader)
      curve = { lrs: [], losses: [], smoothed: [] }
      best = Number.POSITIVE_INFINITY
      result = null
    },
    onBatchBegin(ctx) {
      if (batches === undefined && ctx.batchesInEpoch === Number.POSITIVE_INFINITY) {
        throw new DlError('unknown-length', {
          problem: 'lrFinder does not know how many batches there will be',
          expected: 'a loader with a length, or the option batches',
          fix: 'Give it a number of batches: { batches: 100 }.',
        })
      }
      const starts = startLrs(optimizer, startLr)
      const ratio = endLr / starts.at(-1)!
      optimizer.setLrs(starts.map(start => sweep(start, ratio, linear)(position(ctx))))
    },
    onBatchEnd(ctx) {
      const { loss, smoothLoss, lr } = ctx
      const broken = !Number.isFinite(loss)
      if (broken && curve.losses.length === 0) {
        throw new DlError('nan-loss', {
          problem: `lrFinder: the loss of the first batch is ${loss}, at lr ${lr}`,
          expected: 'a finite number before any learning',
          fix: 'Look for NaN in the data and in the initial weights.',
        })
      }
      if (broken || (stopEarly && smoothLoss > DIVERGED * best)) {
        ctx.stop(`the loss left its valley at lr ${lr}`)
        return
      }
      curve.lrs.push(lr)
      curve.losses.push(loss)
      curve.smoothed.push(smoothLoss)
      if (curve.losses.length > settle) best = Math.min(best, smoothLoss)
      if (curve.losses.length === batches) ctx.stop('the learning rate reached its end')
    },
    onTrainEnd() {
      kept?.restore()
      kept = null
      if (curve.losses.length > 0) result = lrFinderResult(curve, suggest, linear)
    },
  }
}

function startLrs(
  { baseLrs }: RestorableOptimizer,
  startLr: number | readonly number[],
): readonly number[] {
  if (typeof startLr !== 'number') return startLr
  const last = baseLrs.at(-1)!
  return baseLrs.map(base => (last === 0 ? startLr : startLr * (base / last)))
}

function check(options: LrFinderOptions) {
  const { startLr = 1e-5, endLr = 10, batches, settle = 10, suggest } = options
  const starts = [startLr].flat()
  const last = starts.at(-1)!
  if (!(starts.every(Number.isFinite) && last > 0)) {
    badOption('lrFinder', `startLr is ${showValue(startLr)}`, 'a learning rate above 0')
  }
  if (!(Number.isFinite(endLr) && endLr > last)) {
    badOption(
      'lrFinder',
      `endLr is ${showValue(endLr)}`,
      `a learning rate above the first, ${last}`,
    )
  }
  if (batches !== undefined && !(Number.isInteger(batches) && batches >= 1)) {
    badOption('lrFinder', `batches is ${showValue(batches)}`, 'an integer of at least 1')
  }
  if (!(Number.isInteger(settle) && settle >= 0)) {
    badOption('lrFinder', `settle is ${showValue(settle)}`, 'an integer of at least 0')
  }
  if (suggest !== undefined && suggest !== 'valley' && suggest !== 'steepest') {
    badOption('lrFinder', `suggest is ${showValue(suggest)}`, "'valley' or 'steepest'")
  }
}
