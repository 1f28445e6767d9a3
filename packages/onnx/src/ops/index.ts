import { convolutionOps } from './convolutions'
import type { Emitter } from './emitter'
import { pointwiseOps } from './pointwise'
import { recurrentOps } from './recurrent'
import { reductionOps } from './reductions'
import { shapeOps } from './shapes'

/** What is known of each kernel, by its name in tfjs's registry. */
export const emitters: Readonly<Record<string, Emitter>> = {
  ...pointwiseOps,
  ...convolutionOps,
  ...shapeOps,
  ...reductionOps,
  ...recurrentOps,
}
