/** Reads mutants of a file format: each loads whole or is refused for a known reason. */
import type { Generator } from '@dl/core'
import type { Outcome, Trial, TrialContext } from './trial'

export interface Mutant {
  bytes: Uint8Array
  /** Whether it is to load, where that is known. */
  loads?: boolean | null | undefined
}

export interface Format {
  mutant(random: Generator): Mutant
  /** What is wrong with what was read; null where nothing is. Throws the refusal. */
  misread(bytes: Uint8Array): string | null
  /** Why it was refused; undefined for an error that is none of the format's. */
  reasonOf(error: unknown): string | undefined
  /** All of them: each is to be met. */
  reasons: readonly string[]
}

/** What `trial` finds of a format. A tenth of all mutants has to load, or little is tried. */
export function fuzz(trial: Trial, format: Format, { tries, random }: TrialContext): Outcome {
  const failed: string[] = []
  const met = new Map<string, number>()
  let loaded = 0
  for (let i = 0; i < tries; i++) {
    const { bytes, loads } = format.mutant(random.fork(i))
    const file = () => `file ${i}, ${Buffer.from(bytes).toString('base64').slice(0, 400)}`
    try {
      const wrong = format.misread(bytes)
      if (wrong !== null) failed.push(`${file()}: ${wrong}`)
      if (loads === false) failed.push(`${file()}: loaded, expected a refusal`)
      loaded++
    } catch (error) {
      const reason = format.reasonOf(error)
      if (reason === undefined || loads === true) failed.push(`${file()}: ${error}`)
      else met.set(reason, (met.get(reason) ?? 0) + 1)
    }
  }
  const unmet = format.reasons.filter(reason => !met.has(reason))
  if (tries >= trial.short && unmet.length > 0) failed.push(`never met: ${unmet.join(', ')}`)
  if (loaded < tries / 10) failed.push(`only ${loaded} of ${tries} loaded`)
  const counts = [...met].toSorted(([, a], [, b]) => b - a)
  const refused = counts.map(([reason, count]) => `${reason} ${count}`).join(', ')
  return { tried: tries, failed, notes: [`loaded ${loaded}`, `refused: ${refused}`] }
}
