/**
 * Asks for what training needs, sets flags and repairs kernels. The backend and its
 * kernels register themselves; all fused operations run through the compositions that @dl/core
 * registers on first use.
 */
import '@tensorflow/tfjs-backend-webgl'
import { DlError, repairKernels } from '@dl/core'
import { device_util, env } from '@tensorflow/tfjs-core'
import { repairArgMax } from './arg-max'
import { repairEmpty } from './empty'
import { repairMatMul } from './matmul'
import { repairMaxPool } from './max-pool'
import { repairProgramKeys } from './program-keys'
import { repairSmallValues } from './small-values'

/** Textures beyond this are deleted, not kept for reuse. */
export const KEPT_BYTES = 256 * 2 ** 20

/** @throws DlError `webgl-absent`, `webgl-half-precision` */
export function registerWebGL(): void {
  // in a page or a worker only: elsewhere tfjs registers nothing, and asking would log an error
  if (!device_util.isBrowser() || env().getNumber('WEBGL_VERSION') === 0) {
    throw new DlError('webgl-absent', {
      problem: 'WebGL is not available here',
      expected: 'a page or a worker of a browser that has WebGL (Node has none)',
      fix: "Import '@dl/backend-wasm' instead of '@dl/backend-webgl': it runs everywhere.",
    })
  }
  if (!env().getBool('WEBGL_RENDER_FLOAT32_ENABLED')) {
    // a loss becomes NaN above 65504, an update below 6e-8 is lost
    throw new DlError('webgl-half-precision', {
      problem: 'WebGL computes with 16-bit floats on this device',
      expected: '32-bit float textures, without which training does not converge',
      fix: "Import '@dl/backend-wasm' instead of '@dl/backend-webgl'.",
    })
  }
  // Random-length BPTT makes a new shape of nearly every batch: with shapes as uniforms a program is
  // compiled once, without each length compiles its own, and they are never freed.
  env().set('WEBGL_USE_SHAPES_UNIFORMS', true)
  // tfjs keeps every disposed texture for a tensor of the same shape, so many shapes mean that
  // memory only grows. Below this many bytes reuse is worth it; above, disposing frees.
  env().set('WEBGL_DELETE_TEXTURE_THRESHOLD', KEPT_BYTES)
  repairProgramKeys()
  repairKernels('webgl')
  repairArgMax()
  repairMatMul()
  repairMaxPool()
  repairSmallValues()
  repairEmpty()
}
