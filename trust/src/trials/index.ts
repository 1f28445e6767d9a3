import type { Trial } from '../trial'
import { archives } from './archives'
import { damagedCheckpoints } from './damaged-checkpoints'
import { damagedPictures } from './damaged-pictures'
import { downloads } from './downloads'
import { killAndResume } from './kill-and-resume'
import { loaderSizes } from './loader-sizes'
import { pytorchFiles } from './pytorch-files'
import { pytorchRoundTrip } from './pytorch-round-trip'
import { safetensors } from './safetensors'
import { sameBits } from './same-bits'
import { scheduleLengths } from './schedule-lengths'
import { soak } from './soak'
import { stateDictTrees } from './state-dict-trees'
import { tablesAndFolders } from './tables-and-folders'
import { textRoundTrip } from './text-round-trip'
import { transformShapes } from './transform-shapes'

/** All trials, in the order of the table. */
export const trials: readonly Trial[] = [
  archives,
  damagedCheckpoints,
  damagedPictures,
  downloads,
  killAndResume,
  loaderSizes,
  pytorchFiles,
  pytorchRoundTrip,
  safetensors,
  sameBits,
  scheduleLengths,
  soak,
  stateDictTrees,
  tablesAndFolders,
  textRoundTrip,
  transformShapes,
]
