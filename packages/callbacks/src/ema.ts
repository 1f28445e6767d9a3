/**
 * An exponential moving average of the weights (Polyak and Juditsky, 1992; as `timm`'s ModelEma): late
 * weights count most, those of long ago hardly at all. It is smoother than the weights themselves and
 * often judges better.
 */
import { checkOptions } from '@dl/core'
import { add, mul, sub, type Tensor } from '@tensorflow/tfjs-core'
import { checkFlag, checkModel, checkNumber } from './checks'
import type { Callback } from './protocol'
import { type AveragedModel, type WeightAverage, weightAverage } from './weight-average'

export interface EmaOptions {
  /** How much of the average stays at each batch (default 0.999: about the last 1000 batches count). */
  decay?: number
  /** Whether validation judges the average rather than the weights (default true). */
  validate?: boolean
}

export interface Ema extends Callback, WeightAverage {}

/**
 * Keeps an exponential moving average of a model's parameters, taken after every batch, and puts it
 * into the model for each validation. A new run starts a new one; the average stays after the run,
 * until `dispose`.
 *
 * It is debiased as Adam's averages are: after n batches the weights count by decay^(n−i), divided by
 * their sum, so the first ones are no burden and a short run has no need of a lower decay. The running
 * statistics of batch norm (whatever floats the state dict holds) are averaged alike, so that they are
 * of the same past as the weights. Savers write the average where they get it as their model.
 *
 * @throws DlError `bad-option`; `ema` where a step comes while the average is in the model
 *
 * @example
 * ```ts
 * import { ema, saveBestModel } from '@dl/callbacks'
 * import { Linear } from '@dl/layers'
 *
 * const model = new Linear(3, 1)
 * const average = ema(model, { decay: 0.99 })
 * const callbacks = [average, saveBestModel(average, 'models/best')]
 * // await fit(model, data, 10, lo, loss, { callbacks }), then await average.swapIn() to predict
 * average.count // → 0
 * average.dispose()
 * model.dispose()
 * ```
 */
export function ema(model: AveragedModel, options: EmaOptions = {}): Ema {
  const { decay = 0.999, validate = true } = checkOptions('ema', options, ['decay', 'validate'])
  checkModel('ema', model, ['namedParameters', 'stateDict', 'loadStateDict'])
  const part = 'a number from 0 to below 1'
  checkNumber('ema', 'decay', decay, part, value => value >= 0 && value < 1)
  checkFlag('ema', 'validate', validate)

  const floats = (state: Readonly<Record<string, Tensor>>) =>
    Object.keys(state).filter(name => state[name]!.dtype === 'float32')
  const average = weightAverage('ema', model, floats, { decay, validate })
  /** Whether it was put in for the validation in progress. */
  let lent = false
  const takeBack = (): void => {
    if (lent) average.swapOut()
    lent = false
  }
  const callback: Callback = {
    name: 'ema',
    onTrainBegin: average.begin,
    onBatchEnd() {
      average.update((old, value, n) => add(old, mul(sub(value, old), newPart(decay, n + 1))))
    },
    async onValidationBegin() {
      if (!validate || average.swapped || average.count === 0) return
      lent = true
      await average.swapIn()
    },
    onValidationEnd: takeBack,
    // these come instead where validation threw
    onError: takeBack,
    onTrainEnd: takeBack,
  }
  return Object.assign(average, callback)
}

/** How much of the n-th weights goes into the average: all of the first, in the end 1 − decay. */
const newPart = (decay: number, n: number): number => (1 - decay) / (1 - decay ** n)
