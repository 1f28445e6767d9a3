/** TensorFlow.js' WebGL backend, ready to train. Importing it registers it. */
import { announceBackend } from '@dl/core'
import { backendInfo } from './info'
import { registerWebGL } from './register'

export { backendInfo, type WebGLBackendInfo } from './info'

registerWebGL()
announceBackend({ name: 'webgl', package: '@dl/backend-webgl', info: backendInfo })
