/** Compiles the kernels that fit the engine and binds them to a memory, without waiting. */

import { DlError } from '@dl/core'
import { wide } from '#host'
import { plain, relaxed } from '#kernels'
import { attach } from '#native'
import type { NativeAddon } from './native/attach'
import type { SimdVariant } from './simd'

/** What kernels/index.ts exports. Pointers and sizes are numbers; pointers above 2 GiB come back negative. */
export type KernelName =
  | 'adamStep'
  | 'argMax'
  | 'batchNormApply'
  | 'batchNormGradInput'
  | 'batchNormGradScale'
  | 'batchNormGradSums'
  | 'batchNormMoments'
  | 'batchNormScale'
  | 'batchNormStatistics'
  | 'binary'
  | 'binaryCrossEntropy'
  | 'binaryCrossEntropyGrad'
  | 'clip'
  | 'compare'
  | 'conv'
  | 'convFilterGrad'
  | 'convFilterGradScratch'
  | 'convScratch'
  | 'copy'
  | 'countLabels'
  | 'crossEntropy'
  | 'crossEntropyGrad'
  | 'depthwise'
  | 'depthwiseFilterGrad'
  | 'dropout'
  | 'fill'
  | 'fillRows'
  | 'firstBadId'
  | 'gatherRows'
  | 'gemm'
  | 'gemmDots'
  | 'gemmFewRows'
  | 'gemmMany'
  | 'gemmScratch'
  | 'gruStep'
  | 'gruStepGrad'
  | 'logicalNot'
  | 'lstmStep'
  | 'lstmStepGrad'
  | 'packB'
  | 'packedBytes'
  | 'panelColumns'
  | 'pool'
  | 'poolGrad'
  | 'reduce'
  | 'rnnStep'
  | 'rnnStepGrad'
  | 'roof'
  | 'scatterAddRows'
  | 'select'
  | 'sgdStep'
  | 'softmax'
  | 'toFloats'
  | 'toIntegers'
  | 'unary'

export type WasmKernels = Record<KernelName, (...args: number[]) => number>

const kernels = { plain, relaxed, wide }

/** The import "env" "memory", a memory with a maximum; then whether it is shared (3) or not (1). */
const MEMORY_IMPORT = Uint8Array.of(3, 0x65, 0x6e, 0x76, 6, 0x6d, 0x65, 0x6d, 0x6f, 0x72, 0x79, 2)

/** The module the build made of kernels/. It was made for a shared memory. */
export function kernelBytes(variant: SimdVariant, shared = true): Uint8Array<ArrayBuffer> {
  const text = atob(kernels[variant] ?? kernels.relaxed)
  // Uint8Array.from would take ten times as long
  const bytes = new Uint8Array(text.length)
  for (let i = 0; i < bytes.length; i++) bytes[i] = text.charCodeAt(i)
  if (!shared) bytes[indexOf(bytes, MEMORY_IMPORT) + MEMORY_IMPORT.length] = 1
  return bytes
}

export function compileKernels(variant: SimdVariant, shared = true): WebAssembly.Module {
  try {
    return new WebAssembly.Module(kernelBytes(variant, shared))
  } catch (cause) {
    throw new DlError('no-wasm-simd', {
      problem: `the engine does not compile the kernels: ${(cause as Error).message}`,
      expected: 'WebAssembly with SIMD, allowed by the content security policy',
      fix: "Use Node 20.19 or a browser of 2023 or later; a policy must contain 'wasm-unsafe-eval'.",
      cause,
    })
  }
}

const indexOf = (bytes: Uint8Array, part: Uint8Array): number =>
  bytes.findIndex((_, i) => part.every((byte, j) => bytes[i + j] === byte))

/** The module's kernels on a memory, native ones in their place where there are any. */
export function instantiate(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
  native: NativeAddon | null = null,
): WasmKernels {
  const { exports } = new WebAssembly.Instance(module, { env: { memory } })
  return { ...exports, ...(native && attach(native, memory)) } as WasmKernels
}
