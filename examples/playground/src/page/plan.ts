/** What a run is, to the last number: the address has it, the worker does it, the program says it. */
import type { Cell } from '@dl/text'

export type TextName = 'sonnets' | 'nietzsche' | 'own'

export interface Plan {
  text: TextName
  cell: Cell
  /** Size of the state. */
  hidden: number
  /** Streams that are read side by side, and steps a gradient goes back. */
  bs: number
  bptt: number
  lr: number
  seed: number
  epochs: number
}

/** Weight decay, the lesson's. */
export const WEIGHT_DECAY = 1e-5
/** Few different lengths, because a graphics card compiles a program for each; the same everywhere. */
export const LENGTH_STEP = 8
/** Letters that are rarer than this are one unknown letter. */
export const MIN_FREQ = 3
/** Of a text's lines, those that it learns from. */
export const TRAIN_FRACTION = 0.9

/** What is known of a text before it is read. */
export const TEXTS: Record<TextName, { title: string; prompt: string; bs: number; bptt: number }> =
  {
    sonnets: { title: 'Shakespeare', prompt: 'shall i ', bs: 16, bptt: 16 },
    nietzsche: { title: 'Nietzsche', prompt: 'for thos', bs: 64, bptt: 16 },
    own: { title: 'a text of mine', prompt: 'the ', bs: 16, bptt: 16 },
  }
