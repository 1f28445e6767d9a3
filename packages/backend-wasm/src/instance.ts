/** Compiles the kernels that fit the engine and binds them to a memory, without waiting. */

import { DlError } from '@dl/core'
import { plain, relaxed } from '#kernels'

/** What kernels/index.ts exports. Pointers and sizes are numbers; pointers above 2 GiB come back negative. */
export type KernelName =
  | 'adamStep'
  | 'binary'
  | 'copy'
  | 'countLabels'
  | 'crossEntropy'
  | 'crossEntropyGrad'
  | 'dropout'
  | 'fill'
  | 'fillRows'
  | 'gatherRows'
  | 'gemm'
  | 'gemmDots'
  | 'gemmFewRows'
  | 'gemmScratch'
  | 'gruStep'
  | 'gruStepGrad'
  | 'lstmStep'
  | 'lstmStepGrad'
  | 'max'
  | 'packB'
  | 'packedBytes'
  | 'rnnStep'
  | 'rnnStepGrad'
  | 'scatterAddRows'
  | 'sgdStep'
  | 'softmax'
  | 'sum'
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
  // asked of the process rather than imported: a bundler for browsers must not see node:v8
  const node = globalThis.process as typeof process | undefined
  node?.getBuiltinModule?.('node:v8')?.setFlagsFromString('--experimental-wasm-relaxed-simd')
  return WebAssembly.validate(RELAXED_PROBE) ? 'relaxed' : 'plain'
}

/** The compiled kernels, as the build made them. */
export function compileKernels(variant: SimdVariant): WebAssembly.Module {
  const bytes = atob(variant === 'relaxed' ? relaxed : plain)
  try {
    return new WebAssembly.Module(Uint8Array.from(bytes, char => char.charCodeAt(0)))
  } catch (cause) {
    throw new DlError('no-wasm-simd', {
      problem: `the engine does not compile the kernels: ${(cause as Error).message}`,
      expected: 'WebAssembly with SIMD, allowed by the content security policy',
      fix: "Use Node 20.19 or a browser of 2023 or later; a policy must contain 'wasm-unsafe-eval'.",
      cause,
    })
  }
}

export function instantiate(module: WebAssembly.Module, memory: WebAssembly.Memory): WasmKernels {
  return new WebAssembly.Instance(module, { env: { memory } }).exports as WasmKernels
}
