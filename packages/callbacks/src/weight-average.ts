/** An average of a model's weights, and how it gets into the model and out again. */
import { DlError } from '@dl/core'
import { clone, dispose, keep, type Tensor, tidy } from '@tensorflow/tfjs-core'

/** A model whose weights can be exchanged; a `Module` of @dl/layers is one. */
export interface AveragedModel {
  /** The names of the weights. */
  namedParameters(): Iterable<readonly [name: string, parameter: unknown]>
  /** Tensors that are the caller's to dispose. */
  stateDict(): Record<string, Tensor>
  loadStateDict(state: Record<string, Tensor>): unknown
}

/** What averages of weights have in common. */
export interface WeightAverage {
  /** How many weights the average is of. */
  readonly count: number
  /** Whether the average is in the model now. */
  readonly swapped: boolean
  /** Puts the average into the model and its own weights aside. */
  swapIn(): Promise<void>
  /** Gives the model its own weights and buffers back. */
  swapOut(): void
  /** The model's state dict with what is averaged: yours to dispose. Savers take it as a model. */
  stateDict(): Record<string, Tensor>
  /** An average from before, to go on with; the tensors stay yours. Its `count` comes from `restore`. */
  loadStateDict(state: Record<string, Tensor>): void
  /** Frees the average and what `swapIn` put aside; the model is yours. */
  dispose(): void
  [Symbol.dispose](): void
}

export interface KeptAverage extends WeightAverage {
  /** Begins a run: forgets the average, unless it was restored. */
  begin(): void
  /** Takes the model's weights in; `mix` gives the new average from the old one. */
  update(mix: (old: Tensor, value: Tensor, count: number) => Tensor): void
  state(): { count: number; options: object }
  /** The average; the tensors are the caller's. */
  tensors(): Record<string, Tensor>
  restore(state: unknown, tensors?: Readonly<Record<string, Tensor>>): void
}

/**
 * @param owner whom errors name
 * @param namesOf which entries of the model's state dict are averaged
 * @param options what checkpoints say it was made with
 */
export function weightAverage(
  owner: string,
  model: AveragedModel,
  namesOf: (own: Readonly<Record<string, Tensor>>) => readonly string[],
  options: object,
  onSwapIn?: () => void | Promise<void>,
): KeptAverage {
  let average: Record<string, Tensor> = {}
  let aside: Record<string, Tensor> | null = null
  let count = 0
  let restored = false

  const complain = (problem: string, expected: string, fix = ''): never => {
    throw new DlError(owner, { problem: `${owner}: ${problem}`, expected, fix })
  }

  const forget = (): void => {
    dispose(average)
    if (aside) dispose(aside)
    average = {}
    aside = null
    count = 0
  }

  return {
    get count() {
      return count
    },
    get swapped() {
      return aside !== null
    },

    begin() {
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

    update(mix) {
      if (aside) complain('the average is in the model', 'its own weights', 'Call swapOut() first.')
      const state = model.stateDict()
      const next = tidy(() => {
        const values = namesOf(state).map(name => {
          const [old, value] = [average[name], state[name]!]
          return [name, old ? mix(old, value, count) : clone(value)] as const
        })
        return Object.fromEntries(values)
      })
      dispose(state)
      dispose(average)
      average = next
      count++
    },

    async swapIn() {
      if (aside) complain('the average is in the model already', 'its own weights')
      if (count === 0) {
        complain(
          'there is no average yet',
          'weights to make it of',
          'Train first, with this callback among those of the run.',
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
      const own = model.stateDict()
      const names = namesOf(own)
      dispose(own)
      const missing = names.find(name => !state[name])
      if (missing !== undefined) {
        complain(`the state has no ${missing}`, 'all that is averaged of the model')
      }
      dispose(average)
      average = Object.fromEntries(names.map(name => [name, keep(clone(state[name]!))]))
    },

    state: () => ({ count, options }),
    tensors: () =>
      Object.fromEntries(Object.entries(average).map(([name, value]) => [name, clone(value)])),
    restore(state, tensors = {}) {
      count = (state as { count: number }).count
      restored = true
      const kept = Object.entries(tensors).map(
        ([name, value]) => [name, keep(clone(value))] as const,
      )
      if (kept.length === 0) return
      dispose(average)
      average = Object.fromEntries(kept)
    },
    dispose: forget,
    [Symbol.dispose]: forget,
  }
}
