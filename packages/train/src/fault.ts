import type { Parameter } from '@dl/core'

/** What was not finite in a step: its loss, the loss with what `transformLoss` added, or a gradient. */
export interface Fault {
  what: 'loss' | 'transformed loss' | 'gradient'
  /** The loss without what was added. */
  loss: number
  value: number
  /** Whose gradient it is. */
  parameter?: Parameter
}
