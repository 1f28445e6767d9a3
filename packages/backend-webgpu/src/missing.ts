/** Operations that tfjs has on its CPU backend only. */
import { DlError } from '@dl/core'
import type { KernelFunc } from '@tensorflow/tfjs-core'

export const MISSING = [
  'BitwiseAnd',
  'NonMaxSuppressionV4',
  'RaggedGather',
  'RaggedRange',
  'RaggedTensorToTensor',
  'SparseFillEmptyRows',
  'SparseReshape',
  'StaticRegexReplace',
  'StringSplit',
  'StringToHashBucketFast',
  'Unique',
]

export const refuse =
  (name: string): KernelFunc =>
  () => {
    throw new DlError('no-kernel', {
      problem: `the operation ${name} has no kernel on WebGPU`,
      expected: 'operations that run on the graphics card',
      fix: "Take the values (`await x.data()`) and compute in JavaScript, or import '@dl/backend-wasm'.",
    })
  }
