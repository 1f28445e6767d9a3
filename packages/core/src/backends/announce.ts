/** What a backend's package does when it is imported: the last one imported is the one that runs. */
import { engine } from '@tensorflow/tfjs-core'
import { shared } from '../shared'
import type { BackendInfo } from './info'

/** A backend that a package of its own brings. */
export interface AnnouncedBackend {
  /** tfjs's name of it: `'wasm'`. */
  name: string
  /** The package that people import: `'@dl/backend-wasm'`. */
  package: string
  /** What it runs on. */
  info(): BackendInfo
}

/** Name → backend, in the order of their imports. */
export const announcedBackends = shared('backends', new Map<string, AnnouncedBackend>())

/**
 * Makes a registered backend the active one, and warns where that may not be what was meant: when
 * another is imported too, and when tensors exist already. Packages of backends call it once, after
 * their kernels are registered.
 *
 * @example
 * ```ts no-run
 * import { announceBackend, type BackendInfo } from '@dl/core'
 *
 * const info = (): BackendInfo => ({
 *   backend: 'abacus', device: 'ten wires', threads: 1, simd: null, native: null,
 *   precision: 'float32', kernels: 0, fallbacks: [], bytesHeld: null, limits: { beads: 100 },
 * })
 * announceBackend({ name: 'abacus', package: 'backend-abacus', info })
 * ```
 */
export function announceBackend(backend: AnnouncedBackend): void {
  const { name } = backend
  const earlier = [...announcedBackends.current.values()].at(-1)
  announcedBackends.current.delete(name)
  announcedBackends.current.set(name, backend)
  const tensors = engine().state.numTensors
  if (earlier && earlier.name !== name) {
    console.warn(
      `${backend.package} and ${earlier.package} are both imported: the last one runs, '${name}'. Import one of them.`,
    )
  } else if (tensors > 0 && engine().backendName !== name) {
    console.warn(
      `${backend.package} is imported after ${tensors} tensors were made on '${engine().backendName}': each is copied when it is next used. Import it before the first tensor.`,
    )
  }
  // a backend that was chosen already stays in the engine until told; if this one cannot start, the
  // next operation says so
  if (engine().backendName)
    engine()
      .setBackend(name)
      .catch(() => {})
}
