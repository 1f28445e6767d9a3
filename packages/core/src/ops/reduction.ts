import { DlError } from '../errors'

/** What becomes of single losses: their mean, their sum, or nothing. */
export type Reduction = 'mean' | 'sum' | 'none'

export function checkReduction(reduction: string): void {
  if (['mean', 'sum', 'none'].includes(reduction)) return
  throw new DlError('bad-option', {
    problem: `the reduction is '${reduction}'`,
    expected: "'mean', 'sum' or 'none'",
  })
}
