import type { Trial } from '../trial'
import { safetensors } from './safetensors'

/** All trials, in the order of the table. */
export const trials: readonly Trial[] = [safetensors]
