import { DlError, type Generator } from '@dl/core'
import type { Outcome, TrialContext } from './trial'

/**
 * Tries a property again and again, each time with chance of its own, so that a try can be had again
 * by the seed of the run and its number.
 *
 * @param attempt throws, or gives what is wrong; null where nothing is
 */
export async function holds(
  { tries, random }: TrialContext,
  attempt: (random: Generator, i: number) => string | null | Promise<string | null>,
): Promise<Outcome> {
  const failed: string[] = []
  for (let i = 0; i < tries; i++) {
    try {
      const wrong = await attempt(random.fork(i), i)
      if (wrong !== null) failed.push(`try ${i}: ${wrong}`)
    } catch (error) {
      failed.push(`try ${i}: ${error instanceof Error ? error.stack : error}`)
    }
  }
  return { tried: tries, failed }
}

/** The code of the DlError that `f` threw; null where it threw none. Any other error is passed on. */
export async function refusalOf(f: () => unknown): Promise<string | null> {
  try {
    await f()
    return null
  } catch (error) {
    if (DlError.is(error)) return error.code
    throw error
  }
}
