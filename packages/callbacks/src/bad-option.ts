import { DlError } from '@dl/core'

/** Refuses an option: `cosAnneal's cycleLen is 0; expected …`. */
export function badOption(owner: string, problem: string, expected: string, fix?: string): never {
  throw new DlError('bad-option', {
    problem: `${owner}'s ${problem}`,
    expected,
    ...(fix === undefined ? {} : { fix }),
  })
}
