/** TensorFlow.js' WebGL backend, ready to train. Importing it registers it. */
import { registerWebGL } from './register'

export { backendInfo, type WebGLBackendInfo } from './info'

registerWebGL()
