/**
 * Opens the device, registers the backend and puts kernels of our own before tfjs's. All that can go
 * wrong goes wrong here, while the package is imported, and says what is missing.
 */
import { allOrNothing, DlError, repairKernels } from '@dl/core'
import {
  env,
  findBackendFactory,
  getKernelsForBackend,
  registerBackend,
  registerKernel,
  removeBackend,
  unregisterKernel,
} from '@tensorflow/tfjs-core'
import { TrainingWebGPU } from './backend'
import { findAdapter, findGpu } from './gpu'
import { MISSING, refuse } from './missing'
import { registerOwn } from './ops'

/** tfjs ranks its backends: cpu 1, webgl 2, webgpu 3. */
const PRIORITY = 5

const brand = Symbol.for('@dl/backend-webgpu')

/** What tfjs's kernels and ours need more of than every device has to have. */
const WANTED = [
  'maxComputeWorkgroupStorageSize',
  'maxComputeWorkgroupsPerDimension',
  'maxStorageBufferBindingSize',
  'maxBufferSize',
  'maxComputeWorkgroupSizeX',
  'maxComputeInvocationsPerWorkgroup',
] as const

const UNNAMED = { vendor: '', architecture: '', device: '', description: '' } as GPUAdapterInfo

/** @throws DlError `webgpu-absent`, `webgpu-missing`, `webgpu-no-adapter`, `webgpu-no-device` */
export async function registerWebGPU(): Promise<void> {
  const present: object | null = findBackendFactory('webgpu')
  if (present != null && brand in present) return // a second copy of this package
  const { device, info } = await openDevice()
  // tfjs has registered a factory of its own where it found navigator.gpu
  if (present != null) removeBackend('webgpu')
  const factory = Object.assign(() => new TrainingWebGPU(device, info), { [brand]: true })
  registerBackend('webgpu', factory, PRIORITY)
  repairKernels('webgpu')
  registerOwn()
  for (const kernelName of MISSING) {
    registerKernel({ kernelName, backendName: 'webgpu', kernelFunc: refuse(kernelName) })
  }
  nameAll()
}

/** A device of its own for the adapter that is chosen. */
export async function openDevice(): Promise<{ device: GPUDevice; info: GPUAdapterInfo }> {
  const name = typeof process === 'object' ? process.env?.DL_WEBGPU_ADAPTER : undefined
  const gpu = await findGpu(name)
  const preference = env().getBool('WEBGPU_USE_LOW_POWER_GPU') ? 'low-power' : 'high-performance'
  const adapter = await findAdapter(gpu, preference, name)
  const limits = WANTED.map(limit => [limit, adapter.limits[limit]])
  try {
    const device = await adapter.requestDevice({
      requiredLimits: Object.fromEntries(limits),
      requiredFeatures: (['timestamp-query'] as const).filter(one => adapter.features.has(one)),
    })
    // the types that tfjs brings know an older WebGPU
    const { info } = adapter as GPUAdapter & { info?: GPUAdapterInfo }
    return { device, info: info ?? UNNAMED }
  } catch (cause) {
    throw new DlError('webgpu-no-device', {
      problem: `the graphics card does not open: ${(cause as Error).message}`,
      fix: "Import '@dl/backend-wasm' instead of '@dl/backend-webgpu'.",
      cause,
    })
  }
}

/** Each kernel runs under its name, so that errors of the device can tell it, and leaves nothing then. */
function nameAll(): void {
  for (const config of getKernelsForBackend('webgpu')) {
    const { kernelName, kernelFunc } = config
    unregisterKernel(kernelName, 'webgpu')
    registerKernel({
      ...config,
      kernelFunc: call => {
        const backend = call.backend as TrainingWebGPU
        return backend.during(kernelName, () =>
          allOrNothing(kernelName, backend, () => kernelFunc(call)),
        )
      },
    })
  }
}
