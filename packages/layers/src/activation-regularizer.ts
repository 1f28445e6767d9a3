/** AR and TAR as a guest of the training loop, which hears of the outputs by a hook. */
import { DlError, showValue } from '@dl/core'
import { addN, dispose, keep, type Tensor, tidy } from '@tensorflow/tfjs-core'
import {
  activationRegularization,
  temporalActivationRegularization,
} from './activation-regularization'
import { checkNumbers } from './checks'
import { isModule, type Module } from './module'
import { withDefaults } from './options'

export interface ActivationRegularizerOptions {
  /** Of AR (default 2). */
  alpha?: number
  /** Of TAR (default 1). */
  beta?: number
}

/** A callback of @dl/callbacks. */
export interface ActivationRegularizer {
  readonly name: string
  onTrainBegin(): void
  onBatchBegin(): void
  transformLoss(loss: Tensor): Tensor
  onTrainEnd(): void
}

/**
 * A callback that adds AR of what a dropout puts out, and TAR of what comes into it, to the training
 * loss. The loss that is shown stays the one without them.
 *
 * @param dropout the layer behind the recurrent one: [time, batch, features] → the same
 * @throws DlError `bad-option`
 *
 * @example
 * ```ts
 * import { activationRegularizer, LockedDropout } from '@dl/layers'
 *
 * const dropout = new LockedDropout(0.4) // of a model that calls it last but one
 * const callback = activationRegularizer(dropout, { alpha: 2, beta: 1 })
 * // await fit(model, data, 3, lo, crossEntropy, { callbacks: [callback] })
 * callback.name // → activationRegularizer
 * ```
 */
export function activationRegularizer(
  dropout: Module,
  options: ActivationRegularizerOptions = {},
): ActivationRegularizer {
  const { alpha, beta } = withDefaults('activationRegularizer', options, { alpha: 2, beta: 1 })
  checkNumbers('activationRegularizer', { alpha, beta }, 'a number of at least 0', x => x >= 0)
  if (!isModule(dropout)) {
    throw new DlError('bad-option', {
      problem: `activationRegularizer got ${showValue(dropout)}`,
      expected: 'the dropout behind a recurrent layer: model.outputDropout of an AWDLSTM',
    })
  }
  let unhook = () => {}
  /** Of the calls since the last loss. */
  let penalties: Tensor[] = []
  const forget = () => {
    dispose(penalties)
    penalties = []
  }

  return {
    name: 'activationRegularizer',

    onTrainBegin() {
      unhook()
      unhook = dropout.onForward((module, [raw], dropped) => {
        if (!module.training) return
        penalties.push(
          keep(activationRegularization(dropped, alpha)),
          keep(temporalActivationRegularization(raw, beta)),
        )
      })
    },

    // what others called in training mode is not of this batch
    onBatchBegin: forget,

    transformLoss(loss) {
      const whole = tidy(() => addN([loss, ...penalties]))
      forget()
      return whole
    },

    onTrainEnd() {
      unhook()
      forget()
    },
  }
}
