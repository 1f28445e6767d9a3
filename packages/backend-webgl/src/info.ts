import { type BackendInfo, ownBackend } from '@dl/core'
import { MathBackendWebGL } from '@tensorflow/tfjs-backend-webgl'
import { env, getKernelsForBackend } from '@tensorflow/tfjs-core'

/** What runs underneath. */
export interface WebGLBackendInfo extends BackendInfo {
  backend: 'webgl'
  version: 1 | 2
  /** The graphics card, as far as the browser tells; "SwiftShader" is a CPU that plays one. */
  device: string
  /** How many kernels are shaders of tfjs's; the fused operations are composed of these. */
  kernels: number
  /** The longest side of a texture: a tensor of more than its square times 4 floats does not fit. */
  limits: { textureSize: number }
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
 * const { device, version } = backendInfo()
 * ```
 */
export function backendInfo(): WebGLBackendInfo {
  const backend = ownBackend('webgl', '@dl/backend-webgl', MathBackendWebGL)
  const { gl } = backend.getGPGPUContext()
  const ofTfjs = ({ kernelName }: { kernelName: string }) => !/^Dl/.test(kernelName)
  return {
    backend: 'webgl',
    version: env().getNumber('WEBGL_VERSION') as 1 | 2,
    device: rendererOf(gl),
    threads: 1,
    simd: null,
    native: null,
    precision: 'float32',
    kernels: getKernelsForBackend('webgl').filter(ofTfjs).length,
    fallbacks: [],
    bytesHeld: backend.memory().numBytesInGPUAllocated,
    limits: { textureSize: env().getNumber('WEBGL_MAX_TEXTURE_SIZE') },
  }
}

/** Browsers that hide the card say so in `RENDERER` instead. */
function rendererOf(gl: WebGLRenderingContext): string {
  const unmasked = gl.getExtension('WEBGL_debug_renderer_info')?.UNMASKED_RENDERER_WEBGL
  return String(gl.getParameter(unmasked ?? gl.RENDERER))
}
