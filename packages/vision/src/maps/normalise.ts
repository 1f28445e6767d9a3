import {
  abs,
  cast,
  divNoNan,
  greater,
  max,
  maximum,
  min,
  mul,
  sub,
  type Tensor3D,
  tidy,
} from '@tensorflow/tfjs-core'

/** Below this part of a map's largest value, differences are rounding errors. */
const FLAT = 1e-6

/** Each map [h, w] from 0 to 1. The original divides by zero where one is flat; here it is zeros. */
export const toUnitRange = (maps: Tensor3D): Tensor3D =>
  tidy(() => {
    const [low, high] = [min(maps, [1, 2], true), max(maps, [1, 2], true)]
    const range = sub(high, low)
    const isVaried = greater(range, mul(maximum(abs(low), abs(high)), FLAT))
    return divNoNan(mul(sub(maps, low), cast(isVaried, 'float32')), range)
  })
