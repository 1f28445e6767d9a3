/** A small run with every kind of state, and what is left of it: tests compare whole and resumed ones. */
import { type Callback, lossRecorder, type swa } from '@dl/callbacks'
import { Generator, manualSeed } from '@dl/core'
import { ArrayDataset, type DataLoader, dataLoader } from '@dl/data'
import { BatchNorm1d, crossEntropy, Dropout, dropout, Linear, Module, RNN } from '@dl/layers'
import { adam, LayerOptimizer, type UpdateRule } from '@dl/optim'
import { type FitOptions, type FitResult, fit } from '@dl/train'
import { dispose, reshape, type Tensor } from '@tensorflow/tfjs-core'
import { expect } from 'vitest'

const ITEMS = 22
export const set = new ArrayDataset({
  inputs: [Array.from({ length: ITEMS }, (_, i) => [Math.sin(i), Math.cos(2 * i)])],
  target: Int32Array.from({ length: ITEMS }, (_, i) => (i * i) % 3),
})

/** Every kind of state: weights, running statistics, carried state, a generator of its own. */
class Net extends Module {
  readonly body = new Linear(2, 6)
  readonly norm = new BatchNorm1d(6)
  readonly rnn = new RNN(6, 5, { stateful: true })
  readonly drop = new Dropout(0.3)
  readonly head = new Linear(5, 3)
  readonly generator = new Generator(5)

  forward(x: Tensor): Tensor {
    const hidden = dropout(this.norm.call(this.body.call(x)), 0.2, {
      generator: this.generator,
      training: this.training,
    })
    const { output: y } = this.rnn.call(reshape(hidden, [1, ...hidden.shape]))
    return this.head.call(this.drop.call(reshape(y, [x.shape[0]!, 5])))
  }
}

export interface Plan {
  epochs?: number
  rule?: () => UpdateRule
  lr?: number
  wd?: number
  /** Draws from a generator of its own before each epoch's order. */
  seed?: number
  loader?: () => DataLoader
  validation?: () => DataLoader
  callbacks?: (lo: LayerOptimizer, net: Net) => Callback[]
  options?: FitOptions
  before?: (net: Net) => void
}

export interface Outcome extends FitResult {
  losses: readonly number[]
  lrs: readonly number[]
  weights: number[]
  averages: number[]
}

async function numbers(tensors: Iterable<Tensor>): Promise<number[]> {
  const all = await Promise.all([...tensors].map(tensor => tensor.data()))
  return all.flatMap(values => [...values])
}

/** Trains by a plan; `seed` is what a checkpoint has to make good. */
export async function play(plan: Plan, seed: number, extra: FitOptions = {}): Promise<Outcome> {
  const { epochs = 2, rule = adam, lr = 0.05, wd = 0, callbacks, options, before } = plan
  manualSeed(seed)
  const net = new Net()
  before?.(net)
  const bs = 4
  const data = {
    train: plan.loader?.() ?? dataLoader(set, { bs, shuffle: true, seed: plan.seed ?? seed }),
    validation: plan.validation?.() ?? dataLoader(set, { bs: 11 }),
  }
  using lo = new LayerOptimizer(rule, net, lr, wd)
  const recorder = lossRecorder()
  const own = callbacks?.(lo, net) ?? []
  try {
    const result = await fit(net, data, epochs, lo, crossEntropy, {
      ...options,
      ...extra,
      callbacks: [...own, recorder, ...(extra.callbacks ?? [])],
    })
    const { losses, lrs } = recorder
    const state = net.stateDict()
    const weights = await numbers(Object.values(state))
    dispose(state)
    const averages: number[] = []
    for (const average of own as Partial<ReturnType<typeof swa>>[]) {
      if (!average.stateDict) continue
      const tensors = average.stateDict()
      averages.push(...(await numbers(Object.values(tensors))))
      dispose(tensors)
    }
    return { ...result, losses, lrs, weights, averages }
  } finally {
    for (const callback of own) (callback as { dispose?: () => void }).dispose?.()
    net.dispose()
  }
}

/** A resumed run is the whole one, bit for bit, and has nothing to note. */
export const same = (resumed: Outcome, whole: Outcome): void => {
  const { resumed: report, ...rest } = resumed
  const { resumed: none, ...wanted } = whole
  expect(none).toBe(null)
  expect(report?.notes).toEqual([])
  expect(rest).toEqual(wanted)
}
