import { type BackendInfo, opInfo, ownBackend } from '@dl/core'
import { MathBackendWebGL } from '@tensorflow/tfjs-backend-webgl'
import { env, getKernelsForBackend } from '@tensorflow/tfjs-core'
import { programCount } from './gpu/compile'
import { launchCount } from './gpu/launches'
import { largestSide } from './gpu/texture'

/** What runs underneath. */
export interface WebGLBackendInfo extends BackendInfo {
  backend: 'webgl'
  /** The graphics card, as far as the browser tells; "SwiftShader" is a CPU that plays one. */
  device: string
  /** Of WebGL. The fused operations need 2; with 1 they run through their composed forms. */
  version: 1 | 2
  /** `float16` is enough to predict, not to train. */
  precision: 'float32' | 'float16'
  /** How many kernels are shaders, of tfjs or of this package. */
  kernels: number
  /** Bytes of all textures, free ones included. */
  bytesHeld: number
  /** Programs run since the import: what a step costs beside its arithmetic. */
  launches: number
  /** Programs compiled so far, of tfjs and of this package. */
  programs: number
  /** `textureSide`: a tensor of more than its square times 4 floats does not fit. */
  limits: { textureSide: number }
}

/**
 * What this backend runs with; bug reports want it. The difference of two `launches` says what a
 * step of training costs beside its arithmetic.
 *
 * @throws DlError `no-backend` where another copy of tfjs's backend is registered
 *
 * @example
 * ```ts no-run
 * import { backendInfo } from '@dl/backend-webgl'
 *
 * const { device, launches } = backendInfo()
 * ```
 */
export function backendInfo(): WebGLBackendInfo {
  const backend = ownBackend('webgl', '@tensorflow/tfjs-backend-webgl', MathBackendWebGL)
  const { gl } = backend.getGPGPUContext()
  const version = env().getNumber('WEBGL_VERSION') as 1 | 2
  // registered under this backend's name on first use
  const composed = opInfo().filter(({ implementation }) => implementation === 'composed')
  const { binaryCache } = backend as unknown as { binaryCache: object }
  return {
    backend: 'webgl',
    device: rendererOf(gl),
    threads: 1,
    simd: null,
    native: null,
    version,
    precision: env().getBool('WEBGL_RENDER_FLOAT32_ENABLED') ? 'float32' : 'float16',
    kernels: getKernelsForBackend('webgl').filter(
      ({ kernelName }) => !composed.some(({ op }) => op === kernelName),
    ).length,
    fallbacks: [],
    bytesHeld: backend.memory().numBytesInGPUAllocated,
    launches: launchCount(),
    programs: Object.keys(binaryCache).length + programCount(gl as WebGL2RenderingContext),
    limits: { textureSide: largestSide() },
  }
}

/** Browsers that hide the card say so in `RENDERER` instead. */
function rendererOf(gl: WebGLRenderingContext): string {
  const unmasked = gl.getExtension('WEBGL_debug_renderer_info')?.UNMASKED_RENDERER_WEBGL
  return String(gl.getParameter(unmasked ?? gl.RENDERER))
}
