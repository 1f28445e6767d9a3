import { DlError } from '@dl/core'
import { findBackend, getKernelsForBackend } from '@tensorflow/tfjs-core'
import { TrainingWebGPU } from './backend'
import { ownKernels } from './ops'

/** What runs underneath. */
export interface WebGPUBackendInfo {
  backend: 'webgpu'
  /** The adapter's name; "SwiftShader" is a CPU that plays a graphics card. */
  device: string
  /** Threads of the processor that compute: none but the program's own. */
  threads: number
  simd: null
  native: null
  precision: 'float32'
  /** How many kernels are programs of this package; the others are tfjs's. */
  kernels: number
  /** Kernels that something else had to run: none, WebGPU has no fallback. */
  fallbacks: string[]
  /** Bytes of all buffers, free ones included. */
  bytesHeld: number
  /** Dispatches of compute programs since the import. */
  launches: number
  /** Compute programs compiled so far. */
  pipelines: number
  /** Buffers that wait for a tensor of their size. */
  freeBuffers: number
  /** Largest sizes the device allows: bytes of a tensor, threads of a group, … */
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
 * @example
 * ```ts no-run
 * import { backendInfo } from '@dl/backend-webgpu'
 *
 * const { device, launches } = backendInfo()
 * ```
 */
export function backendInfo(): WebGPUBackendInfo {
  const backend = findBackend('webgpu')
  if (!(backend instanceof TrainingWebGPU)) {
    throw new DlError('no-backend', {
      problem: "the backend 'webgpu' does not come from this copy of @dl/backend-webgpu",
      fix: 'Run `npm ls @dl/backend-webgpu` and keep one copy.',
    })
  }
  const { adapter, device, launches, pipelines, bufferManager, internals } = backend
  const names = [adapter.description, adapter.device, `${adapter.vendor} ${adapter.architecture}`]
  return {
    backend: 'webgpu',
    device: names.find(name => name?.trim()) ?? 'unknown',
    threads: 1,
    simd: null,
    native: null,
    precision: 'float32',
    kernels: getKernelsForBackend('webgpu').filter(({ kernelName }) => ownKernels.has(kernelName))
      .length,
    fallbacks: [],
    bytesHeld: backend.memory().numBytesAllocatedInGPU,
    launches,
    pipelines: pipelines.size + Object.keys(internals.pipelineCache).length,
    freeBuffers: bufferManager.getNumFreeBuffers(),
    limits: Object.fromEntries(LIMITS.map(name => [name, device.limits[name]])),
  }
}
