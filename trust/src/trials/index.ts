import type { Trial } from '../trial'
import { damagedPictures } from './damaged-pictures'
import { killAndResume } from './kill-and-resume'
import { loaderSizes } from './loader-sizes'
import { safetensors } from './safetensors'
import { scheduleLengths } from './schedule-lengths'
import { stateDictTrees } from './state-dict-trees'
import { tablesAndFolders } from './tables-and-folders'
import { textRoundTrip } from './text-round-trip'
import { transformShapes } from './transform-shapes'

/** All trials, in the order of the table. */
export const trials: readonly Trial[] = [
  killAndResume,
  safetensors,
  textRoundTrip,
  loaderSizes,
  stateDictTrees,
  scheduleLengths,
  transformShapes,
  tablesAndFolders,
  damagedPictures,
]
