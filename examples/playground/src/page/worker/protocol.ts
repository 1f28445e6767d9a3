/** What the page asks of the worker that trains on text, and what it hears. */
import type { Plan } from '../plan'

export type BackendName = 'wasm' | 'webgl' | 'webgpu'

/** A text and what it is called. */
export interface OwnText {
  name: string
  text: string
}

/** What both jobs begin with. */
export interface Job {
  backend: BackendName
  plan: Plan
  /** The text where the plan says `own`. */
  own: OwnText | null
}

export type Order =
  | ({ kind: 'find' } & Job)
  | ({
      kind: 'train'
      prompt: string
      /** A checkpoint to go on from. */
      resume: Uint8Array | null
      isPaused: boolean
    } & Job)
  | { kind: 'go' | 'pause' | 'step' }
  | { kind: 'lr'; lr: number }
  | { kind: 'write'; prompt: string }
  /** All of the run as a checkpoint, after the step in progress. */
  | { kind: 'snapshot'; id: number }
  /** What to show of the net's inside; null shows nothing. */
  | { kind: 'look'; paths: string | null }

/** The numbers of some batches, the first of which is `from`. */
export interface Points {
  from: number
  losses: number[]
  smooth: number[]
  lrs: number[]
}

/** A letter that the net wrote, how likely it was, and what it had expected most. */
export interface Letter {
  text: string
  probability: number
  likeliest: [token: string, probability: number][]
}

export interface Sample {
  prompt: string
  letters: Letter[]
  step: number
  loss: number
  /** Letters of the prompt that the net has never seen. */
  unknown: string[]
}

/** A tensor of the net as a picture: mean absolute values would hide signs, so it is thinned out. */
export interface Values {
  name: string
  shape: number[]
  mean: number
  deviation: number
  rows: number
  columns: number
  cells: Float32Array
}

export interface Found {
  lrs: number[]
  losses: number[]
  smooth: number[]
}

export type News =
  | { kind: 'ready'; machine: string; parameters: number; letters: number; paths: string[] }
  | ({ kind: 'points'; epoch: number; msPerBatch: number | null } & Points)
  | { kind: 'judged'; step: number; valLoss: number }
  | ({ kind: 'sample'; isFrame: boolean } & Sample)
  | { kind: 'state'; state: 'training' | 'paused' | 'done' }
  | { kind: 'snapshot'; id: number; bytes: Uint8Array }
  | { kind: 'values'; values: Values[]; share: number }
  | ({ kind: 'sweep' } & Found)
  | ({ kind: 'found'; valley: number | null; steepest: number | null } & Found)
  | { kind: 'problem'; message: string; code: string }
