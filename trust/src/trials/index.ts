import type { Trial } from '../trial'

/** All trials, in the order of the table. */
export const trials: readonly Trial[] = []
