/** Puts the backend and its kernels into tfjs's registry. */
import '@tensorflow/tfjs-backend-cpu'
import { announceBackend, DlError, repairKernels } from '@dl/core'
import {
  findBackend,
  findBackendFactory,
  getKernel,
  getKernelsForBackend,
  registerBackend,
  registerKernel,
  unregisterKernel,
} from '@tensorflow/tfjs-core'
import { createBackend, isOurs, packageOf } from './backend'
import { kernelFunc, type Run } from './call'
import { noGpu, ourName } from './complaints'
import { backendInfo } from './info'
import { kernels } from './kernels'
import { loadTfjsNode } from './load'
import type { PackageName } from './tensorflow'

/** tfjs's name of the backend. */
export const NAME = 'node'

/** tfjs ranks its backends: cpu 1, webgl 2, webgpu 3. */
const PRIORITY = 4

/** @throws DlError where the package is not there, not complete, or sees no GPU; `backend-clash` */
export function registerNode(packageName: PackageName): void {
  if (findBackendFactory(NAME) != null && !isFirst(packageName)) return
  const backend = createBackend(loadTfjsNode(packageName, NAME), packageName)
  const wantsGpu = packageName.endsWith('gpu') && process.env.CUDA_VISIBLE_DEVICES !== '-1'
  if (wantsGpu && !backend.isUsingGpuDevice) throw noGpu(packageName)
  registerBackend(NAME, () => backend, PRIORITY)
  for (const [name, run] of Object.entries(kernels)) put(name, run)
  backend.kernels = getKernelsForBackend(NAME).length
  for (const { kernelName } of getKernelsForBackend('cpu')) {
    // a composed fused operation is composed of this backend's kernels, not of tfjs's
    if (kernelName.startsWith('Dl')) continue
    if (getKernel(kernelName, NAME) == null) put(kernelName, call => call.fallback())
  }
  repairKernels(NAME)
  announceBackend({ name: NAME, package: ourName(packageName), info: backendInfo })
}

/** Whether nothing has the name yet; a second copy of this package finds its work done. */
function isFirst(packageName: PackageName): boolean {
  const present = findBackend(NAME)
  const other = isOurs(present) ? packageOf(present) : null
  if (other === packageName) return false
  throw new DlError('backend-clash', {
    problem: other
      ? `${ourName(packageName)} was imported after ${ourName(other)}`
      : `a backend named '${NAME}' is already registered`,
    expected: other
      ? 'one of them, as a process holds one TensorFlow'
      : 'no other package to claim the name',
    fix: other ? 'Import the one that you want.' : 'Import one backend.',
  })
}

/** Puts a kernel in the place of tfjs-node's. */
function put(kernelName: string, run: Run): void {
  const original = getKernel(kernelName, NAME)
  // registering over a kernel would warn
  if (original != null) unregisterKernel(kernelName, NAME)
  const config = { ...original, kernelName, backendName: NAME }
  registerKernel({ ...config, kernelFunc: kernelFunc(kernelName, run, original?.kernelFunc) })
}
