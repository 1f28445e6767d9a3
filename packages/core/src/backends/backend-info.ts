/** Who answers for the active backend. */
import { engine, getKernelsForBackend } from '@tensorflow/tfjs-core'
import { DlError } from '../errors'
import { announcedBackends } from './announce'
import type { BackendInfo } from './info'
import { processorName } from './processor-name'

/**
 * What the active backend runs on. The packages of backends export their own `backendInfo`, which
 * may tell more.
 *
 * @throws DlError `no-backend` where none is imported
 *
 * @example
 * ```ts
 * import '@dl/backend-wasm'
 * import { backendInfo } from '@dl/core'
 *
 * backendInfo().precision // → float32
 * ```
 */
export function backendInfo(): BackendInfo {
  // reading it makes the engine choose
  const active = engine().backend && engine().backendName
  const announced = announcedBackends.current.get(active)
  if (announced) return announced.info()
  return {
    backend: active,
    device: processorName(),
    threads: 1,
    simd: null,
    native: null,
    precision: engine().backend.floatPrecision() === 32 ? 'float32' : 'float16',
    kernels: getKernelsForBackend(active).length,
    fallbacks: [],
    bytesHeld: null,
    limits: {},
  }
}

/**
 * The registered backend of this name, for the package that made it.
 *
 * @throws DlError `no-backend` where another copy of the package, or another package, holds the name
 */
export function ownBackend<T>(name: string, source: string, kind: new (...args: never[]) => T): T {
  const backend: unknown = engine().findBackend(name)
  if (backend instanceof kind) return backend
  throw new DlError('no-backend', {
    problem: `the backend '${name}' does not come from this copy of ${source}`,
    fix: `Run \`npm ls ${source}\` and keep one copy.`,
  })
}
