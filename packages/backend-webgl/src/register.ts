/**
 * Asks for what training needs, sets flags, repairs kernels and adds the fused ones. The backend and
 * its other kernels register themselves.
 */
import '@tensorflow/tfjs-backend-webgl'
import { allOrNothing, gpuRepairs, repairKernels } from '@dl/core'
import { env, getKernelsForBackend, type KernelBackend } from '@tensorflow/tfjs-core'
import { checkDevice } from './check-device'
import { repairElementwise } from './elementwise'
import { repairEpsilon } from './epsilon'
import { countPrograms } from './gpu/launches'
import { refuseLostContexts } from './gpu/lost-context'
import { refuseLargeTextures } from './gpu/too-large'
import { repairMatMul } from './matmul'
import { repairMaxPool } from './max-pool'
import { registerFused } from './ops'
import { repairProgramKeys } from './program-keys'
import { repairKernel } from './repair'

/** Textures beyond this are deleted, not kept for reuse. */
export const KEPT_BYTES = 256 * 2 ** 20

/** @throws DlError `webgl-absent` */
export function registerWebGL(): void {
  checkDevice()
  // Random-length BPTT makes a new shape of nearly every batch: with shapes as uniforms a program is
  // compiled once, without each length compiles its own, and they are never freed.
  env().set('WEBGL_USE_SHAPES_UNIFORMS', true)
  // tfjs keeps every disposed texture for a tensor of the same shape, so many shapes mean that
  // memory only grows. Below this many bytes reuse is worth it; above, disposing frees.
  env().set('WEBGL_DELETE_TEXTURE_THRESHOLD', KEPT_BYTES)
  countPrograms()
  repairProgramKeys()
  refuseLostContexts()
  refuseLargeTextures()
  repairEpsilon()
  repairKernels('webgl')
  repairMatMul()
  repairMaxPool()
  repairElementwise()
  for (const [name, repair] of gpuRepairs) repairKernel(name, repair)
  // several outputs of a program, and whole numbers in it, are of WebGL 2
  const isWebGL2 = env().getNumber('WEBGL_VERSION') === 2
  if (isWebGL2 && env().getBool('WEBGL_RENDER_FLOAT32_ENABLED')) registerFused()
  for (const { kernelName } of getKernelsForBackend('webgl')) {
    repairKernel(
      kernelName,
      run => call => allOrNothing(kernelName, call.backend as KernelBackend, () => run(call)),
    )
  }
}
