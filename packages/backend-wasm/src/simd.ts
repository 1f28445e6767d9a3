/** Which of the compiled kernels fit the engine. */
import { DlError } from '@dl/core'
import { nodeModule } from './threads/spawn'

/**
 * Which arithmetic the kernels use. `plain` rounds twice in a multiply-add and so differs from the
 * others in the last bits; `wide` are the relaxed ones with tiles for vectors of 256 bits.
 */
export type SimdVariant = 'relaxed' | 'plain' | 'wide'

/** (module (func (result v128) … f32x4.relaxed_madd)) */
const RELAXED_PROBE = Uint8Array.of(
  ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 5, 1, 0x60, 0, 1, 0x7b, 3, 2, 1, 0, 10, 19, 1, 17, 0],
  ...[0x41, 1, 0xfd, 0x0f, 0x41, 1, 0xfd, 0x0f, 0x41, 1, 0xfd, 0x0f, 0xfd, 0x85, 0x02, 0x0b],
)

/** The variant that DL_SIMD names, else relaxed where the engine has fused multiply-add. */
export function simdVariant(): SimdVariant {
  const asked = globalThis.process?.env?.DL_SIMD || undefined
  if (asked === 'wide') return joinVectors()
  if (asked === 'plain') return asked
  if (asked === undefined || asked === 'relaxed') return hasRelaxed() ? 'relaxed' : 'plain'
  throw new DlError('bad-option', {
    problem: `DL_SIMD is '${asked}'`,
    expected: 'plain, relaxed or wide',
  })
}

/** Node 20 has it behind a flag that may be set late. */
function hasRelaxed(): boolean {
  if (WebAssembly.validate(RELAXED_PROBE)) return true
  nodeModule('node:v8')?.setFlagsFromString('--experimental-wasm-relaxed-simd')
  return WebAssembly.validate(RELAXED_PROBE)
}

/** The first V8 that joins neighbouring vectors of 128 bits into one of 256 and is faster for it. */
const JOINS = 13

/** Asks V8 to use vectors of 256 bits, for all WebAssembly of the process: it is an experiment of V8's. */
function joinVectors(): SimdVariant {
  const { versions, arch, version } = globalThis.process
  if (arch !== 'x64' || Number.parseInt(versions.v8, 10) < JOINS) {
    throw new DlError('bad-option', {
      problem: `DL_SIMD is 'wide' on Node ${version}, ${arch}`,
      expected: 'Node 24 or later on x64',
      fix: 'Leave DL_SIMD out.',
    })
  }
  nodeModule('node:v8')!.setFlagsFromString('--experimental-wasm-revectorize')
  return 'wide'
}
