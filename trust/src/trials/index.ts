import type { Trial } from '../trial'
import { downloads } from './downloads'
import { killAndResume } from './kill-and-resume'
import { safetensors } from './safetensors'

/** All trials, in the order of the table. */
export const trials: readonly Trial[] = [killAndResume, safetensors, downloads]
