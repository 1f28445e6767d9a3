import { checkThat } from '../checks'

/** What becomes of single losses: their mean, their sum, or nothing. */
export type Reduction = 'mean' | 'sum' | 'none'

export const checkReduction = (loss: string, reduction: unknown): void =>
  checkThat(loss, 'reduction', reduction, "'mean', 'sum' or 'none'", one =>
    ['mean', 'sum', 'none'].includes(one as Reduction),
  )
