/** A WebAssembly backend for TensorFlow.js that can train. Importing it registers it. */
import { announceBackend } from '@dl/core'
import { backendInfo } from './info'
import { registerWasm } from './register'

export { backendInfo, setThreads, type WasmBackendInfo } from './info'
export type { SimdVariant } from './simd'

registerWasm('wasm')
announceBackend({ name: 'wasm', package: '@dl/backend-wasm', info: backendInfo })
