import { type BackendInfo, ownBackend, processorName } from '@dl/core'
import { WasmBackend } from './backend'
import { kernels } from './ops'
import type { SimdVariant } from './simd'

/** What runs underneath. */
export interface WasmBackendInfo extends BackendInfo {
  backend: 'wasm'
  /** `relaxed` has fused multiply-add; results differ from `plain` in the last bits. */
  simd: SimdVariant
  /** Which vector instructions the kernels of @dl/native use (null: none of them run). */
  native: string | null
  /** Why no native kernels run (null: they do). */
  nativeOff: string | null
  /** How many threads may run kernels. Workers start with the first kernel that is worth cutting. */
  threads: number
  /** How many of them run by now: the calling thread and the workers that reported. */
  threadsAlive: number
  /** How many kernels are WebAssembly. */
  kernels: number
  /** Kernels that tfjs's CPU backend had to run since this was last asked. */
  fallbacks: string[]
  /** Bytes taken from the system so far. */
  bytesHeld: number
}

/**
 * What this backend runs with; checkpoints and bug reports want it.
 *
 * @example
 * ```ts
 * import { backendInfo } from '@dl/backend-wasm'
 *
 * backendInfo().backend // → wasm
 * backendInfo().threads >= 1 // → true
 * ```
 */
export function backendInfo(): WasmBackendInfo {
  const backend = ours()
  const fallbacks = [...backend.fallbacks].sort()
  backend.fallbacks.clear()
  const { bytesHeld, maximumBytes } = backend.linear
  const { native } = backend
  return {
    backend: 'wasm',
    device: processorName(),
    threads: backend.pool.threads,
    threadsAlive: backend.pool.alive,
    simd: backend.simd,
    native: 'off' in native ? null : native.level,
    nativeOff: 'off' in native ? native.off : null,
    precision: 'float32',
    kernels: kernels.length,
    fallbacks,
    bytesHeld,
    limits: { bytes: maximumBytes },
  }
}

/**
 * Goes on with another number of threads; results stay the same to the bit. Without a call it is
 * the environment's DL_THREADS, else one thread for each processor core (16 at most).
 *
 * @param threads a whole number from 1 to 64; 1 runs everything in the calling thread
 * @throws DlError `bad-option` for another number; `no-threads` for more than one in a page that
 *   is not cross-origin isolated
 *
 * @example
 * ```ts
 * import { backendInfo, setThreads } from '@dl/backend-wasm'
 *
 * setThreads(1)
 * backendInfo().threads // → 1
 * ```
 */
export function setThreads(threads: number): void {
  ours().setThreads(threads)
}

const ours = (): WasmBackend => ownBackend('wasm', '@dl/backend-wasm', WasmBackend)
