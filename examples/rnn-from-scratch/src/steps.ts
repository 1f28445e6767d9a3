/** The ladder: each step's model, what it learns from, and the lesson's learning rates for it. */
import type { Corpus } from '@dl/example-kit'
import type { Module } from '@dl/layers'
import type { Tensor } from '@tensorflow/tfjs-core'
import { type CharData, streamed, type WindowedOptions, windowed } from './data'
import {
  Char3Model,
  CharIdentityRnn,
  CharLoopConcatModel,
  CharLoopModel,
  CharRnn,
  CharSeqRnn,
  CharSeqStatefulGRU,
  CharSeqStatefulGRU2,
  CharSeqStatefulLSTM,
  CharSeqStatefulRnn,
  CharSeqStatefulRnn2,
  type Sizes,
} from './models'

/** So many epochs at one learning rate, or in cycles that fall from it. */
export interface Phase {
  lr: number
  epochs: number
  /** Cosine annealing with restarts; each cycle is twice as long as the one before. */
  sgdr?: boolean
}

// biome-ignore lint/suspicious/noExplicitAny: three characters, any number of them, or one tensor
export type CharModel = Module<any, Tensor>

export interface Step {
  /** What it adds to the step before. */
  adds: string
  model(sizes: Sizes): CharModel
  bs: number
  /** Of the first half's data; null for streams. */
  windows: WindowedOptions | null
  data(corpus: Corpus, options: { bs: number; seed: number }): CharData
  phases: Phase[]
  wd?: number
  /** What the lesson tries the model on. */
  prompts: string[]
}

const EIGHT = ['for thos', 'part of ', 'queens a']

/** The first half's data. */
const pieces = (options: WindowedOptions) => ({
  bs: 512,
  windows: options,
  data: (corpus: Corpus, loading: { bs: number; seed: number }) =>
    windowed(corpus, options, loading),
  prompts: EIGHT,
})

const threes = pieces({ size: 3, stride: 3, target: 'next', layout: 'columns' })
const eights = pieces({ size: 8, stride: 1, target: 'next', layout: 'columns' })
const sequences = pieces({ size: 8, stride: 8, target: 'shifted', layout: 'timeFirst' })
const streams = { bs: 64, windows: null, data: streamed, prompts: EIGHT }

/** In the lecture's order. */
export const STEPS = {
  'three-char': {
    adds: 'three characters by hand',
    model: sizes => new Char3Model(sizes),
    ...threes,
    phases: [
      { lr: 1e-2, epochs: 1 },
      { lr: 1e-3, epochs: 1 },
    ],
    prompts: ['y. ', 'ppl', ' th', 'and'],
  },
  loop: {
    adds: 'a loop, over eight',
    model: sizes => new CharLoopModel(sizes),
    ...eights,
    phases: [
      { lr: 1e-2, epochs: 1 },
      { lr: 1e-3, epochs: 1 },
    ],
  },
  concat: {
    adds: 'state and input side by side',
    model: sizes => new CharLoopConcatModel(sizes),
    ...eights,
    phases: [
      { lr: 1e-3, epochs: 1 },
      { lr: 1e-4, epochs: 1 },
    ],
  },
  rnn: {
    adds: "the library's layer",
    model: sizes => new CharRnn(sizes),
    ...pieces({ size: 8, stride: 1, target: 'next', layout: 'timeFirst' }),
    phases: [
      { lr: 1e-3, epochs: 4 },
      { lr: 1e-4, epochs: 2 },
    ],
  },
  'multi-output': {
    adds: 'a prediction after each character',
    model: sizes => new CharSeqRnn(sizes),
    ...sequences,
    phases: [
      { lr: 1e-3, epochs: 4 },
      { lr: 1e-4, epochs: 1 },
    ],
  },
  identity: {
    adds: 'the identity to begin with',
    model: sizes => new CharIdentityRnn(sizes),
    ...sequences,
    phases: [
      { lr: 1e-2, epochs: 4 },
      { lr: 1e-3, epochs: 4 },
    ],
  },
  stateful: {
    adds: 'a state that goes on',
    model: sizes => new CharSeqStatefulRnn(sizes),
    ...streams,
    phases: [
      { lr: 1e-3, epochs: 4 },
      { lr: 1e-4, epochs: 4 },
    ],
  },
  'rnn-cell': {
    adds: 'the loop over time in the open',
    model: sizes => new CharSeqStatefulRnn2(sizes),
    ...streams,
    phases: [{ lr: 1e-3, epochs: 4 }],
  },
  gru: {
    adds: 'gates',
    model: sizes => new CharSeqStatefulGRU(sizes),
    ...streams,
    phases: [
      { lr: 1e-3, epochs: 6 },
      { lr: 1e-4, epochs: 3 },
    ],
  },
  'gru-cell': {
    adds: 'the gates in the open',
    model: sizes => new CharSeqStatefulGRU2(sizes),
    ...streams,
    phases: [
      { lr: 1e-3, epochs: 6 },
      { lr: 1e-4, epochs: 3 },
    ],
  },
  lstm: {
    adds: 'two wide layers, dropout, SGDR',
    model: sizes => new CharSeqStatefulLSTM({ ...sizes, nHidden: 2 * sizes.nHidden }),
    ...streams,
    phases: [
      { lr: 1e-2, epochs: 2 },
      { lr: 1e-2, epochs: 15, sgdr: true },
    ],
    wd: 1e-5,
  },
} satisfies Record<string, Step>

export type StepName = keyof typeof STEPS

/**
 * A step's phases, beginning at `lr` (the later ones fall with it) and `epochs` long (the last one is
 * cut or goes on).
 */
export function planOf(phases: Phase[], lr: number | null, epochs: number | null): Phase[] {
  const factor = lr === null ? 1 : lr / phases[0]!.lr
  let left = epochs ?? phases.reduce((sum, phase) => sum + phase.epochs, 0)
  return phases
    .map((phase, i) => {
      const own = i === phases.length - 1 ? left : Math.min(phase.epochs, left)
      left -= own
      return { ...phase, lr: phase.lr * factor, epochs: own }
    })
    .filter(phase => phase.epochs > 0)
}
