/** TensorFlow on a CUDA GPU, ready to train. Importing it registers it. */
import { registerNode } from './register'

export { backendInfo, type NodeBackendInfo } from './info'

registerNode('@tensorflow/tfjs-node-gpu')
