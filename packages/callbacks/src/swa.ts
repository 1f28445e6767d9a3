/**
 * Stochastic weight averaging (Izmailov et al., arXiv:1803.05407): the mean of the weights that a
 * run passes through is often better than the last ones.
 */
import { DlError } from '@dl/core'
import { add, clone, dispose, div, mul, type Tensor, tidy } from '@tensorflow/tfjs-core'
import { badOption } from './bad-option'
import type { Callback } from './protocol'

/** A model whose weights can be exchanged; a `Module` of @dl/layers is one. */
export interface AveragedModel {
  /** The names of the weights; other entries of the state dict are not averaged. */
  namedParameters(): Iterable<readonly [name: string, parameter: unknown]>
  /** Tensors that are the caller's to dispose. */
  stateDict(): Record<string, Tensor>
  loadStateDict(state: Record<string, Tensor>): unknown
}

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

export interface Swa extends Callback {
  /** How many weights the average is of. */
  readonly count: number
  /** Whether the average is in the model now. */
  readonly swapped: boolean
  /** Puts the average into the model and its own weights aside. */
  swapIn(): Promise<void>
  /** Gives the model its own weights and buffers back. */
  swapOut(): void
  /** The model's state dict with averaged weights: yours to dispose. `saveOnCycle` takes it, too. */
  stateDict(): Record<string, Tensor>
  /** An average from before, to go on with; the tensors stay yours. Its `count` comes from `restore`. */
  loadStateDict(state: Record<string, Tensor>): void
  /** Frees the average and what `swapIn` put aside; the model is yours. */
  dispose(): void
  [Symbol.dispose](): void
}

/**
 * Keeps a running average of a model's parameters. A new run starts a new one; the average stays
 * after the run, until `dispose`.
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
export function swa(
  model: AveragedModel,
  { start = 1, at = 'epoch', onSwapIn }: SwaOptions = {},
): Swa {
  if (!(Number.isInteger(start) && start >= 1)) {
    badOption('swa', `start is ${start}`, 'an epoch, counted from 1')
  }
  if (at !== 'epoch' && at !== 'cycle') badOption('swa', `at is ${at}`, "'epoch' or 'cycle'")

  let average: Record<string, Tensor> = {}
  let aside: Record<string, Tensor> | null = null
  let count = 0
  let restored = false

  const forget = () => {
    dispose(average)
    if (aside) dispose(aside)
    average = {}
    aside = null
    count = 0
  }

  const update = () => {
    if (aside) complain('the average is in the model', 'its own weights', 'Call swapOut() first.')
    const state = model.stateDict()
    const next = tidy(() =>
      mapWeights(model, state, (value, name) => {
        const old = average[name]
        return old ? div(add(mul(old, count), value), count + 1) : clone(value)
      }),
    )
    dispose(state)
    dispose(average)
    average = next
    count++
  }

  return {
    name: 'swa',
    get count() {
      return count
    },
    get swapped() {
      return aside !== null
    },

    onTrainBegin() {
      if (!restored) forget()
      restored = false
      if (count > 0 && Object.keys(average).length === 0) {
        complain(
          `a checkpoint says the average is of ${count} weights, and there is none`,
          'the average of that checkpoint',
          'Give it to loadStateDict() before the run goes on.',
        )
      }
    },
    onEpochEnd({ epoch }) {
      if (at === 'epoch' && epoch + 1 >= start) update()
    },
    onCycleEnd({ epoch }) {
      if (at === 'cycle' && epoch + 1 >= start) update()
    },

    async swapIn() {
      if (aside) complain('the average is in the model already', 'its own weights')
      if (count === 0) {
        complain(
          'there is no average yet',
          'at least one epoch from `start` on',
          'Train first, or start earlier.',
        )
      }
      aside = model.stateDict()
      model.loadStateDict({ ...aside, ...average })
      await onSwapIn?.()
    },
    swapOut() {
      if (!aside) return
      model.loadStateDict(aside)
      dispose(aside)
      aside = null
    },

    stateDict() {
      const state = model.stateDict()
      for (const [name, value] of Object.entries(average)) {
        state[name]?.dispose()
        state[name] = clone(value)
      }
      return state
    },
    loadStateDict(state) {
      const next = tidy(() => mapWeights(model, state, value => clone(value)))
      dispose(average)
      average = next
    },

    state: () => ({ count }),
    restore(state) {
      count = (state as { count: number }).count
      restored = true
    },
    dispose: forget,
    [Symbol.dispose]: forget,
  }
}

function mapWeights(
  model: AveragedModel,
  state: Readonly<Record<string, Tensor>>,
  map: (value: Tensor, name: string) => Tensor,
): Record<string, Tensor> {
  const weights: Record<string, Tensor> = {}
  for (const [name] of model.namedParameters()) {
    const value = state[name]
    if (!value) complain(`the state has no ${name}`, "all of the model's parameters")
    weights[name] = map(value, name)
  }
  return weights
}

function complain(problem: string, expected: string, fix = ''): never {
  throw new DlError('swa', { problem: `swa: ${problem}`, expected, fix })
}
