import type { CallbackList } from '@dl/callbacks'
import { detach, type Parameter, type ValueAndGrads, valueAndGrads } from '@dl/core'
import type { Batch } from '@dl/data'
import type { LayerOptimizer } from '@dl/optim'
import {
  add,
  clone,
  concat1d,
  dispose,
  keep,
  mul,
  reshape,
  sum,
  type Tensor,
  type Tensor1D,
  tidy,
} from '@tensorflow/tfjs-core'
import type { Fault } from './fault'
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
 * would. A step is atomic: when something throws, or the loss or a gradient is not finite, the
 * weights stay, and so do the buffers of its last batch.
 */
export class TrainStep {
  batches = 0
  items = 0
  /** The mean over items so far, without what `transformLoss` added; NaN once the step has a fault. */
  loss = 0
  /** Why there is no update, if there is none: what was not finite first. */
  fault: Fault | null = null
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
      const { grads } = result
      const numbers = await numbersOf([result.value, ...raw], grads)
      const value = numbers[0]!
      const own = numbers[raw.length]!
      const fault =
        faultOfLoss(own, value) ??
        faultOfGradients(own, numbers.slice(1 + raw.length), present(lo.parameters, grads))
      const share = batch.items / (this.items + batch.items)
      this.#merge(result, share, fault === null)
      result = null
      this.loss = this.batches === 0 ? own : this.loss + share * (own - this.loss)
      this.#blame(fault)
      this.batches++
      this.items += batch.items
    } finally {
      result?.dispose()
      dispose(raw)
    }
  }

  /** Updates the parameters, unless something was not finite. */
  async apply(): Promise<void> {
    const { lo, callbacks, run } = this.context
    const held = this.#held
    if (held === null || this.fault !== null) return
    // clones: what callbacks made is freed with the scope, and theirs stays theirs
    const grads: (Tensor | null)[] = []
    tidy(() => {
      for (const grad of callbacks.transformGrads([...held.grads], run)) {
        grads.push(grad && keep(clone(grad)))
      }
    })
    try {
      if (grads.some((grad, i) => grad?.dataId !== held.grads[i]?.dataId)) {
        const numbers = await numbersOf([], grads)
        this.#blame(faultOfGradients(this.loss, numbers, present(lo.parameters, grads)))
      }
      if (this.fault !== null) return
      lo.step(grads)
    } finally {
      dispose(grads.filter(grad => grad !== null))
    }
    held.commit()
  }

  #blame(fault: Fault | null): void {
    this.fault ??= fault
    // callbacks and history are to see that nothing was learnt
    if (this.fault !== null) this.loss = Number.NaN
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

const present = (parameters: readonly Parameter[], grads: readonly (Tensor | null)[]) =>
  parameters.filter((_, i) => grads[i] !== null)

/**
 * Scalars, and of each gradient the sum of its elements, which is not finite where one of them is
 * not: a pass over the gradient, against the dozens that it took to make it. All come in one read,
 * since on a GPU each waits for what is under way.
 */
async function numbersOf(
  scalars: readonly Tensor[],
  grads: readonly (Tensor | null)[],
): Promise<number[]> {
  const present = grads.filter(grad => grad !== null)
  if (scalars.length + present.length === 0) return []
  const all = tidy(() => {
    const numbers = [...scalars, ...present.map(grad => sum(grad))]
    return concat1d(numbers.map(one => reshape(one, [1]) as Tensor1D))
  })
  try {
    return [...(await all.data())]
  } finally {
    all.dispose()
  }
}

function faultOfLoss(loss: number, value: number): Fault | null {
  if (!Number.isFinite(loss)) return { what: 'loss', loss, value: loss }
  return Number.isFinite(value) ? null : { what: 'transformed loss', loss, value }
}

function faultOfGradients(
  loss: number,
  sums: readonly number[],
  parameters: readonly Parameter[],
): Fault | null {
  const at = sums.findIndex(one => !Number.isFinite(one))
  if (at < 0) return null
  return { what: 'gradient', loss, value: sums[at]!, parameter: parameters[at]! }
}
