/** A WebAssembly backend for TensorFlow.js that can train. Importing it registers it. */
import { registerWasm } from './register'

export { backendInfo, setThreads, type WasmBackendInfo } from './info'
export type { SimdVariant } from './simd'

registerWasm('wasm')
