/** Where a run's files are. */
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { files } from '@dl/data'
import type { Phase, Row, RowName } from './rows'

/** What to run, and where. */
export interface Run {
  name: RowName
  row: Row
  seed: number
  /** Fewer than the row's leave the curve a partial one. */
  epochs: number
  data: string
  /** A little of everything, to see that it works. */
  quick: boolean
  /** Of a twin; ours chooses by itself. */
  threads: number
  places: Places
  signal: AbortSignal
  say(text: string): void
}

export interface Places {
  /** Grows with each epoch. */
  partial: string
  /** Of a finished run. */
  curve: string
  /** The run's settings, and how it ended. */
  record: string
  /** Checkpoints and weights. */
  folder: string
}

/** The build puts this file's program to benchmarks/dist/lesson7. */
export const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

export const RUNS = here('../../lesson7/runs')

/** @param out null for the committed curves' folder */
export function placesOf(name: RowName, seed: number, out: string | null, twin: boolean): Places {
  const run = `${name}-s${seed}${twin ? '-torch' : ''}`
  const at = (ending: string) => join(out ?? RUNS, `${run}${ending}`)
  const folder = join(out ?? here('../../../runs/lesson7'), run)
  return { partial: at('.partial.csv'), curve: at('.csv'), record: at('.json'), folder }
}

export const isDone = (places: Places): Promise<boolean> => files.exists(places.curve)

export const epochsOf = (phases: readonly Phase[]): number =>
  phases.reduce((sum, { epochs }) => sum + epochs, 0)
