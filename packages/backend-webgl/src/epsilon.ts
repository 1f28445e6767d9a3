/**
 * A repair of what tfjs takes for the smallest number that makes a difference: it asks the wrong way
 * round, so that cards that compute in 32 bits get the 1e-4 of those with 16, in `tf.train.adam`, say.
 */
import { MathBackendWebGL } from '@tensorflow/tfjs-backend-webgl'
import { env } from '@tensorflow/tfjs-core'

export function repairEpsilon(): void {
  MathBackendWebGL.prototype.floatPrecision = () =>
    env().getBool('WEBGL_RENDER_FLOAT32_ENABLED') ? 32 : 16
}
