import { readdirSync, readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { type BackendInfo, DlError, processorName } from '@dl/core'
import { findBackend } from '@tensorflow/tfjs-core'
import { isOurs, packageOf } from './backend'
import type { PackageName } from './tensorflow'

/** What runs underneath. */
export interface NodeBackendInfo extends BackendInfo {
  backend: 'node'
  /** Whether TensorFlow computes on a GPU; if so, `device` is its name. */
  gpu: boolean
  /** The package that brings TensorFlow. */
  package: PackageName
  /** TensorFlow's version. */
  tensorflow: string
  /** How many threads an operation may use: TF_NUM_INTRAOP_THREADS, else one for each core. */
  threads: number
  /** How many kernels are TensorFlow's operations. */
  kernels: number
  /** Kernels that tfjs's CPU backend had to run since this was last asked. */
  fallbacks: string[]
}

/**
 * What this backend runs with; bug reports want it.
 *
 * @throws DlError `no-backend`
 *
 * @example
 * ```ts no-run
 * import { backendInfo } from '@dl/backend-node'
 *
 * const { device, tensorflow } = backendInfo()
 * ```
 */
export function backendInfo(): NodeBackendInfo {
  const backend = findBackend('node')
  if (!isOurs(backend)) {
    throw new DlError('no-backend', {
      problem: "the backend 'node' does not come from @dl/backend-node",
      fix: "Import '@dl/backend-node' and no other package that claims the name.",
    })
  }
  const fallbacks = [...backend.fallbacks].sort()
  backend.fallbacks.clear()
  const gpu = backend.isUsingGpuDevice
  return {
    backend: 'node',
    device: gpu ? graphicsName() : processorName(),
    gpu,
    package: packageOf(backend),
    tensorflow: backend.binding.TF_Version,
    threads: Number(process.env.TF_NUM_INTRAOP_THREADS) || availableParallelism(),
    simd: null,
    native: 'TensorFlow',
    precision: 'float32',
    kernels: backend.kernels,
    fallbacks,
    bytesHeld: null,
    limits: {},
  }
}

/** As the driver tells it; TensorFlow itself does not. */
function graphicsName(): string {
  const folder = '/proc/driver/nvidia/gpus'
  try {
    const [first] = readdirSync(folder)
    const [, model] = readFileSync(`${folder}/${first}/information`, 'utf8').match(/Model:\s*(.+)/)!
    return model!.trim()
  } catch {
    return 'a CUDA GPU'
  }
}
