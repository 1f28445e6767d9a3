/** What no texture of the graphics card can hold is refused before tfjs notes it down, and in words. */
import { refuseTooLarge } from '@dl/core'
import { MathBackendWebGL } from '@tensorflow/tfjs-backend-webgl'
import { largestSide } from './texture'

const HOLDER = 'a texture of this graphics card'

/** What tfjs keeps private of its backend. */
interface Internals {
  numBytesInGPU: number
  acquireTexture(sides: [number, number], ...rest: unknown[]): unknown
}

export function refuseLargeTextures(): void {
  const backend = MathBackendWebGL.prototype
  const { makeTensorInfo } = backend
  backend.makeTensorInfo = function (shape, dtype, values) {
    // four values a texel where it is packed, which is known later
    if (values == null) refuseTooLarge(this, shape, 4 * largestSide() ** 2, HOLDER)
    return makeTensorInfo.call(this, shape, dtype, values)
  }
  const internals = backend as unknown as Internals
  const { acquireTexture } = internals
  internals.acquireTexture = function (sides, ...rest) {
    const { numBytesInGPU } = this
    try {
      return acquireTexture.call(this, sides, ...rest)
    } catch (error) {
      // counted, and then refused
      this.numBytesInGPU = numBytesInGPU
      if (/^Requested texture size/.test((error as Error).message)) {
        refuseTooLarge(this as unknown as MathBackendWebGL, sides, largestSide() ** 2, HOLDER)
      }
      throw error
    }
  }
}
