import type { Trial } from '../trial'
import { killAndResume } from './kill-and-resume'

/** All trials, in the order of the table. */
export const trials: readonly Trial[] = [killAndResume]
