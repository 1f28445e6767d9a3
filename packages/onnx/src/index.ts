export type { InputShape, InputSpec } from './inputs'
export { type OnnxOptions, type OnnxOutputs, toOnnx } from './to-onnx'
