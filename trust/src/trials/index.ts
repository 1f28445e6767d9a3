import type { Trial } from '../trial'
import { damagedCheckpoints } from './damaged-checkpoints'
import { killAndResume } from './kill-and-resume'
import { pytorchFiles } from './pytorch-files'
import { pytorchRoundTrip } from './pytorch-round-trip'
import { safetensors } from './safetensors'

/** All trials, in the order of the table. */
export const trials: readonly Trial[] = [
  damagedCheckpoints,
  killAndResume,
  pytorchFiles,
  pytorchRoundTrip,
  safetensors,
]
