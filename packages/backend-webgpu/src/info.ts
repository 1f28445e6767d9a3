import { type BackendInfo, opInfo, ownBackend } from '@dl/core'
import { getKernelsForBackend } from '@tensorflow/tfjs-core'
import { TrainingWebGPU } from './backend'
import { MISSING } from './missing'

/** What runs underneath. */
export interface WebGPUBackendInfo extends BackendInfo {
  backend: 'webgpu'
  /** The adapter's name; "SwiftShader" is a CPU that plays a graphics card. */
  device: string
  precision: 'float32'
  /** How many kernels are programs of the card, of tfjs or of this package. */
  kernels: number
  /** Bytes of all buffers, free ones included. */
  bytesHeld: number
  /** Programs run since the import: what a step costs beside its arithmetic. */
  launches: number
  /** Programs compiled so far, of tfjs and of this package. */
  programs: number
  /** Buffers that wait for a tensor of their size. */
  freeBuffers: number
  /** WebGPU's own: `maxBufferSize` is the bytes of a tensor that just fits. */
  limits: Record<string, number>
}

const LIMITS = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxStorageBuffersPerShaderStage',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupsPerDimension',
] as const

/**
 * What this backend runs with; bug reports want it. The difference of two `launches` says what a
 * step of training costs beside its arithmetic.
 *
 * @throws DlError `no-backend` where another copy of this package is registered
 *
 * @example
 * ```ts no-run
 * import { backendInfo } from '@dl/backend-webgpu'
 *
 * const { device, launches } = backendInfo()
 * ```
 */
export function backendInfo(): WebGPUBackendInfo {
  const backend = ownBackend('webgpu', '@dl/backend-webgpu', TrainingWebGPU)
  const { adapter, device, launches, pipelines, bufferManager, internals } = backend
  const names = [adapter.description, adapter.device, `${adapter.vendor} ${adapter.architecture}`]
  // registered under this backend's name on first use
  const composed = opInfo().filter(({ implementation }) => implementation === 'composed')
  return {
    backend: 'webgpu',
    device: names.find(name => name?.trim()) ?? 'a graphics card',
    threads: 1,
    simd: null,
    native: null,
    precision: 'float32',
    kernels: getKernelsForBackend('webgpu').filter(
      ({ kernelName }) =>
        !MISSING.includes(kernelName) && !composed.some(({ op }) => op === kernelName),
    ).length,
    fallbacks: [],
    bytesHeld: backend.memory().numBytesAllocatedInGPU,
    launches,
    programs: pipelines.size + Object.keys(internals.pipelineCache).length,
    freeBuffers: bufferManager.getNumFreeBuffers(),
    limits: Object.fromEntries(LIMITS.map(name => [name, device.limits[name]])),
  }
}
