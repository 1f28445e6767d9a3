/**
 * Stochastic weight averaging (Izmailov et al., arXiv:1803.05407): the mean of the weights that a
 * run passes through is often better than the last ones.
 */
import { checkOptions } from '@dl/core'
import { add, div, mul } from '@tensorflow/tfjs-core'
import { checkChoice, checkHandler, checkModel, checkNumber } from './checks'
import type { Callback } from './protocol'
import { type AveragedModel, type WeightAverage, weightAverage } from './weight-average'

export interface SwaOptions {
  /** The first epoch that counts, from 1 (default 1). */
  start?: number
  /** Whether the weights count at the end of each epoch (default) or of each cycle, where lrs are lowest. */
  at?: 'epoch' | 'cycle'
  /**
   * Called when the average is in the model, to make anew what depends on the weights: the
   * statistics of batch norm. `swapOut` undoes what it changes in the model's state dict.
   */
  onSwapIn?(): void | Promise<void>
}

export interface Swa extends Callback, WeightAverage {}

/**
 * Keeps a running average of a model's parameters. A new run starts a new one; the average stays
 * after the run, until `dispose`. Buffers are not averaged.
 *
 * @example
 * ```ts
 * import { swa } from '@dl/callbacks'
 * import { Linear } from '@dl/layers'
 *
 * const model = new Linear(3, 1)
 * const average = swa(model, { start: 5 })
 * // await fit(model, data, 10, lo, loss, { callbacks: [average] })
 * // await average.swapIn(), then evaluate, then average.swapOut()
 * average.count // → 0
 * average.dispose()
 * model.dispose()
 * ```
 */
export function swa(model: AveragedModel, options: SwaOptions = {}): Swa {
  const known = ['start', 'at', 'onSwapIn'] as const
  const { start = 1, at = 'epoch', onSwapIn } = checkOptions('swa', options, known)
  checkModel('swa', model, ['namedParameters', 'stateDict', 'loadStateDict'])
  const isEpoch = (epoch: number): boolean => Number.isInteger(epoch) && epoch >= 1
  checkNumber('swa', 'start', start, 'an epoch, counted from 1', isEpoch)
  checkChoice('swa', 'at', at, ['epoch', 'cycle'])
  checkHandler('swa', 'onSwapIn', onSwapIn)

  const parameters = () => [...model.namedParameters()].map(([name]) => name)
  const average = weightAverage('swa', model, parameters, { start, at }, onSwapIn)
  const take = (): void => average.update((old, value, n) => div(add(mul(old, n), value), n + 1))
  const callback: Callback = {
    name: 'swa',
    onTrainBegin: average.begin,
    onEpochEnd({ epoch }) {
      if (at === 'epoch' && epoch + 1 >= start) take()
    },
    onCycleEnd({ epoch }) {
      if (at === 'cycle' && epoch + 1 >= start) take()
    },
  }
  return Object.assign(average, callback)
}
