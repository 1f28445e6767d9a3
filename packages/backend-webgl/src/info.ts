import { DlError } from '@dl/core'
import { MathBackendWebGL } from '@tensorflow/tfjs-backend-webgl'
import { env, findBackend, getKernelsForBackend } from '@tensorflow/tfjs-core'

/** What runs underneath. */
export interface WebGLBackendInfo {
  backend: 'webgl'
  version: 1 | 2
  /** The graphics card, as far as the browser tells; "SwiftShader" is a CPU that plays one. */
  renderer: string
  /** How many kernels are shaders of tfjs's; the fused operations are composed of these. */
  kernels: number
  /** The longest side of a texture: a tensor of more than its square times 4 floats does not fit. */
  maxTextureSize: number
  /** Bytes of all textures, free ones included. */
  bytesHeld: number
}

/**
 * What this backend runs with; bug reports want it.
 *
 * @example
 * ```ts no-run
 * import { backendInfo } from '@dl/backend-webgl'
 *
 * const { renderer, version } = backendInfo()
 * ```
 */
export function backendInfo(): WebGLBackendInfo {
  const backend = findBackend('webgl')
  if (!(backend instanceof MathBackendWebGL)) {
    throw new DlError('no-backend', {
      problem: "the backend 'webgl' does not come from this copy of @tensorflow/tfjs-backend-webgl",
      fix: 'Run `npm ls @tensorflow/tfjs-backend-webgl` and keep one copy.',
    })
  }
  const { gl } = backend.getGPGPUContext()
  return {
    backend: 'webgl',
    version: env().getNumber('WEBGL_VERSION') as 1 | 2,
    renderer: rendererOf(gl),
    kernels: getKernelsForBackend('webgl').filter(({ kernelName }) => !/^Dl/.test(kernelName))
      .length,
    maxTextureSize: env().getNumber('WEBGL_MAX_TEXTURE_SIZE'),
    bytesHeld: backend.memory().numBytesInGPUAllocated,
  }
}

/** Browsers that hide the card say so in `RENDERER` instead. */
function rendererOf(gl: WebGLRenderingContext): string {
  const unmasked = gl.getExtension('WEBGL_debug_renderer_info')?.UNMASKED_RENDERER_WEBGL
  return String(gl.getParameter(unmasked ?? gl.RENDERER))
}
