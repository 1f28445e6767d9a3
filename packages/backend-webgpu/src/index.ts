/** TensorFlow.js on WebGPU, ready to train, in pages and in Node. Importing it registers it. */
import { registerWebGPU } from './register'

export { backendInfo, type WebGPUBackendInfo } from './info'

await registerWebGPU()
