/** Compiles the kernels that fit the engine and binds them to a memory, without waiting. */

import { DlError } from '@dl/core'
import { plain, relaxed } from '#kernels'
import { nodeModule } from './threads/spawn'

/** What kernels/index.ts exports. Pointers and sizes are numbers; pointers above 2 GiB come back negative. */
export type KernelName =
  | 'adamStep'
  | 'batchNormApply'
  | 'batchNormGradInput'
  | 'batchNormGradScale'
  | 'batchNormGradSums'
  | 'batchNormMoments'
  | 'batchNormScale'
  | 'batchNormStatistics'
  | 'binary'
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
  | 'lstmStep'
  | 'lstmStepGrad'
  | 'packB'
  | 'packedBytes'
  | 'pool'
  | 'poolGrad'
  | 'reduce'
  | 'rnnStep'
  | 'rnnStepGrad'
  | 'scatterAddRows'
  | 'sgdStep'
  | 'softmax'
  | 'unary'

export type WasmKernels = Record<KernelName, (...args: number[]) => number>

/** Which arithmetic the kernels use; results differ between the two in the last bits. */
export type SimdVariant = 'relaxed' | 'plain'

/** (module (func (result v128) … f32x4.relaxed_madd)) */
const RELAXED_PROBE = Uint8Array.of(
  ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 5, 1, 0x60, 0, 1, 0x7b, 3, 2, 1, 0, 10, 19, 1, 17, 0],
  ...[0x41, 1, 0xfd, 0x0f, 0x41, 1, 0xfd, 0x0f, 0x41, 1, 0xfd, 0x0f, 0xfd, 0x85, 0x02, 0x0b],
)

/** Whether the engine has fused multiply-add. Node 20 has it behind a flag that may be set late. */
export function simdVariant(): SimdVariant {
  if (WebAssembly.validate(RELAXED_PROBE)) return 'relaxed'
  nodeModule('node:v8')?.setFlagsFromString('--experimental-wasm-relaxed-simd')
  return WebAssembly.validate(RELAXED_PROBE) ? 'relaxed' : 'plain'
}

/** The import "env" "memory", a memory with a maximum; then whether it is shared (3) or not (1). */
const MEMORY_IMPORT = Uint8Array.of(3, 0x65, 0x6e, 0x76, 6, 0x6d, 0x65, 0x6d, 0x6f, 0x72, 0x79, 2)

/** The compiled kernels, as the build made them. They are built for a shared memory. */
export function compileKernels(variant: SimdVariant, shared = true): WebAssembly.Module {
  const text = atob(variant === 'relaxed' ? relaxed : plain)
  // Uint8Array.from would take ten times as long
  const bytes = new Uint8Array(text.length)
  for (let i = 0; i < bytes.length; i++) bytes[i] = text.charCodeAt(i)
  if (!shared) bytes[indexOf(bytes, MEMORY_IMPORT) + MEMORY_IMPORT.length] = 1
  try {
    return new WebAssembly.Module(bytes)
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

export function instantiate(module: WebAssembly.Module, memory: WebAssembly.Memory): WasmKernels {
  return new WebAssembly.Instance(module, { env: { memory } }).exports as WasmKernels
}
