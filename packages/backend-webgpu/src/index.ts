/** TensorFlow.js on WebGPU, ready to train, in pages and in Node. Importing it registers it. */
import { announceBackend } from '@dl/core'
import { backendInfo } from './info'
import { registerWebGPU } from './register'

export { backendInfo, type WebGPUBackendInfo } from './info'

await registerWebGPU()
announceBackend({ name: 'webgpu', package: '@dl/backend-webgpu', info: backendInfo })
