import type { Trial } from '../trial'
import { damagedCheckpoints } from './damaged-checkpoints'
import { killAndResume } from './kill-and-resume'

/** All trials, in the order of the table. */
export const trials: readonly Trial[] = [killAndResume, damagedCheckpoints]
