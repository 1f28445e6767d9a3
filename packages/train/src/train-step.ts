import type { CallbackList } from '@dl/callbacks'
import { detach, type Parameter, type ValueAndGrads, valueAndGrads } from '@dl/core'
import type { Batch } from '@dl/data'
import type { LayerOptimizer } from '@dl/optim'
import { add, dispose, keep, mul, type Tensor, tidy } from '@tensorflow/tfjs-core'
import type { Loss, TrainableModel } from './model'
import { checkLate, namesOf, whyNothingLearns } from './nothing-learns'
import type { Run } from './run'

/** What a step is made with. */
export interface StepContext {
  model: TrainableModel
  lo: LayerOptimizer
  loss: Loss
  callbacks: CallbackList
  run: Run
}

/**
 * One update, from one batch or from several that count by their items, as one batch of all of them
 * would. A step is atomic: when something throws or the loss is not finite, the weights stay, and so
 * do the buffers of its last batch.
 */
export class TrainStep {
  batches = 0
  items = 0
  /** The mean over items so far, without what `transformLoss` added. */
  loss = 0
  /** Whether the losses, with what was added, are finite. */
  isFinite = true
  #held: Pick<ValueAndGrads, 'grads' | 'commit' | 'dispose'> | null = null

  constructor(private readonly context: StepContext) {}

  /** Goes forwards and backwards through a batch. */
  async add(batch: Batch): Promise<void> {
    const { model, lo, loss, callbacks, run } = this.context
    // what the batch before wrote into buffers is where this one begins
    this.#held?.commit()
    const known = run.hasLearnt ? null : namesOf(model)
    const raw: Tensor[] = []
    let result: ValueAndGrads | null = null
    try {
      result = valueAndGrads(() => {
        const output = model.call(...batch.inputs)
        const value = loss(output, batch.target)
        const transformed = callbacks.transformLoss(value, run, { output, target: batch.target })
        if (transformed !== value) raw.push(keep(detach(value)))
        return transformed
      }, lo.parameters)
      if (!run.hasLearnt) this.#checkFirst(batch, result.grads, known)
      const value = (await result.value.data())[0]!
      const own = raw.length > 0 ? (await raw[0]!.data())[0]! : value
      const share = batch.items / (this.items + batch.items)
      this.#merge(result, share, Number.isFinite(value))
      result = null
      this.loss = this.batches === 0 ? own : this.loss + share * (own - this.loss)
      this.isFinite &&= Number.isFinite(value)
      this.batches++
      this.items += batch.items
    } finally {
      result?.dispose()
      dispose(raw)
    }
  }

  /** Updates the parameters, unless a loss was not finite. */
  apply(): void {
    const { lo, callbacks, run } = this.context
    const held = this.#held
    if (held === null || !this.isFinite) return
    tidy(() => lo.step(callbacks.transformGrads(held.grads, run)))
    held.commit()
  }

  dispose(): void {
    this.#held?.dispose()
    this.#held = null
  }

  #checkFirst(
    batch: Batch,
    grads: readonly (Tensor | null)[],
    known: Map<Parameter, string> | null,
  ): void {
    const { model, lo, loss, run } = this.context
    checkLate(model, known)
    if (grads.every(grad => grad === null)) throw whyNothingLearns(model, batch, lo, loss)
    run.hasLearnt = true
  }

  /** What is held becomes the mean over items. Only what a finite loss wrote into buffers stays. */
  #merge(next: ValueAndGrads, share: number, stays: boolean): void {
    const commit = stays ? next.commit : () => {}
    const before = this.#held
    if (before === null) {
      this.#held = { grads: next.grads, commit, dispose: next.dispose }
      return
    }
    const grads = next.grads.map((grad, i) => mixed(before.grads[i] ?? null, grad, share))
    before.dispose()
    dispose(next.grads.filter(grad => grad !== null))
    this.#held = {
      grads,
      commit,
      dispose() {
        dispose(grads.filter(grad => grad !== null))
        next.dispose()
      },
    }
  }
}

/** A parameter that one of them does not depend on has a gradient of zeros there. */
function mixed(before: Tensor | null, next: Tensor | null, share: number): Tensor | null {
  if (before === null) return next && mul(next, share)
  return tidy(() => {
    const rest = mul(before, 1 - share)
    return next ? add(rest, mul(next, share)) : rest
  })
}
