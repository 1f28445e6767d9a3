/** Puts a backend and its kernels into tfjs's registry. */
import '@tensorflow/tfjs-backend-cpu'
import { DlError, repairKernels } from '@dl/core'
import {
  findBackendFactory,
  getKernelsForBackend,
  registerBackend,
  registerKernel,
  type TensorInfo,
} from '@tensorflow/tfjs-core'
import { WasmBackend, type WasmBackendOptions } from './backend'
import { kernelFunc, runFallback } from './kernel'
import { kernels } from './ops'
import { threadCount } from './threads/count'

/** Kernels that touch no numbers; tfjs's own serve as they are and count as no fallback. */
const BOOKKEEPING = new Set(['Identity', 'Reshape', 'ExpandDims'])

/** tfjs ranks its backends: cpu 1, webgl 2, webgpu 3. */
const PRIORITY = 4

const brand = Symbol.for('@dl/backend-wasm')

/** Registers a backend with all our kernels, and tfjs's CPU kernels for everything else. */
export function registerWasm(
  name: string,
  options: WasmBackendOptions & { priority?: number } = {},
): void {
  const present = findBackendFactory(name)
  if (present) {
    if (brand in present) return // a second copy of this package
    throw new DlError('backend-clash', {
      problem: `a backend named '${name}' is already registered`,
      expected: 'no other package to claim the name',
      fix: 'Import @dl/backend-wasm instead of @tensorflow/tfjs-backend-wasm, not beside it.',
    })
  }
  // a wrong DL_THREADS is told now: tfjs turns what a factory throws into a warning
  threadCount(options.threads)
  const factory = Object.assign(() => new WasmBackend(options), { [brand]: true })
  registerBackend(name, factory, options.priority ?? PRIORITY)
  const own = new Set(kernels.map(kernel => kernel.name))
  for (const kernel of kernels) {
    registerKernel({ kernelName: kernel.name, backendName: name, kernelFunc: kernelFunc(kernel) })
  }
  for (const fallback of getKernelsForBackend('cpu')) {
    const { kernelName } = fallback
    // a composed fused operation is composed of this backend's kernels, not of tfjs's
    if (own.has(kernelName) || kernelName.startsWith('Dl')) continue
    registerKernel({
      ...fallback,
      backendName: name,
      kernelFunc: BOOKKEEPING.has(kernelName)
        ? fallback.kernelFunc
        : ({ inputs, attrs, backend }) =>
            runFallback(
              kernelName,
              backend as WasmBackend,
              inputs as Record<string, TensorInfo>,
              attrs ?? {},
            ),
    })
  }
  repairKernels(name)
}
