/**
 * What the bench and its peers say to each other: lines of JSON on the peer's standard input and
 * output, because backends of tfjs cannot live in one process and PyTorch lives in none of ours.
 */

/** What is to be timed: plain data, so that every peer reads the same. */
export type Task = { op: string } & Record<string, string | number | boolean>

export interface Question {
  task: Task
  /** How long one measurement of a short operation should take, by repeating it. */
  budgetMs?: number
  /** How many training steps one measurement has. */
  batches?: number
  /** Lengths of these batches, where somebody else drew them. */
  lengths?: readonly number[]
}

export interface Measurement {
  /** Of one run of the operation, or of one training step. */
  ms: number
  /** What a step dealt with: tokens or images. */
  items?: number
  /** Lengths of the batches, where the peer drew them. */
  lengths?: number[]
  /** The share of the time that is neither forward, backward nor update. */
  outside?: number
  memory?: Memory
}

/** Since the peer said hello. */
export interface Memory {
  /** Growth of the resident set at its peak. */
  peakBytes: number
  /** Tensors that came to stay after the first steps. */
  tensorsLeft?: number
}

/** The first line of a peer. */
export interface Hello {
  threads: number
  /** The vector instructions of the native kernels that run; null without any. */
  native?: string | null
  versions: Record<string, string>
}

export type Reply = { hello: Hello } | { measured: Measurement } | { problem: string }
