import type { Generator } from '@dl/core'

/** What a trial is given. */
export interface TrialContext {
  /** How often it is to try. */
  tries: number
  /** All that is drawn at random is drawn from here, so that a failure can be had again. */
  random: Generator
  /** An empty folder, removed afterwards. */
  folder: string
  /** Files of real data, where `DL_DATA` names a folder. */
  data: string | null
}

/** What came of it. */
export interface Outcome {
  tried: number
  /** A line for each failure: what was tried, what was expected, what came. */
  failed: string[]
  /** Counts worth knowing, printed below the table: `errors: bad-header 5123, truncated 911`. */
  notes?: string[]
  /** Why nothing was tried. */
  skipped?: string
}

/** One way to attack the packages, tried many times. */
export interface Trial {
  /** `kill-and-resume`; `npm run trust -- kill-and-resume` runs it alone. */
  name: string
  /** What holds if nothing failed, in one line. */
  claim: string
  /** Tries in the short form, which takes a few seconds. */
  short: number
  /** Tries in the long form. */
  long: number
  run: (context: TrialContext) => Promise<Outcome>
}
