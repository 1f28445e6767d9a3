/** Native kernels in place of WebAssembly's: the same names, the same arguments, the same bits. */
import process from 'node:process'
import { engine, matMul, removeBackend, setBackend } from '@tensorflow/tfjs-core'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { compileKernels, instantiate, type WasmKernels } from '../src/instance'
import { LinearMemory } from '../src/linear-memory'
import type { NativeAddon } from '../src/native/attach'
import { findNative } from '../src/native/find'
import { registerWasm } from '../src/register'
import { simdVariant } from '../src/simd'
import { CASES, type Case, differences } from './cases'
import { floats, random, results, type WasmBackend } from './helpers'

vi.stubEnv('DL_NATIVE', '')
const found = findNative('relaxed', true)
vi.unstubAllEnvs()
const off = 'off' in found ? found.off : null
const native = found as NativeAddon

/** What rounds, overflows, vanishes or is no number, in places of every lane. */
const ODD = [0, -0, 1, -1, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  .concat([1e-45, -1e-45, 1.1e-38, 3.4e38, -3.4e38, 88.7, -87.4, -103.5, 0.625, -0.62499])
  .concat([2 ** 31, -(2 ** 31), 2 ** 33 + 2 ** 12, 0.5, 1.5, 2.5, 1e-8, -80.5])

/** Every edge of tiles of 16 and of 32 columns, of six and of twelve rows. */
const EDGES: Case[] = [4, 5, 6, 7, 11, 12, 13, 25, 121].map(m => [
  `${m} rows`,
  (a, ...bs) => bs.flatMap(b => [matMul(a, b), matMul(b, a, true, true)]),
  [floats(m, 37), ...[1, 3, 8, 9, 15, 16, 17, 24, 31, 32, 33, 47].map(n => floats(37, n))],
])

describe.skipIf(off !== null)(`native kernels${off === null ? '' : ` (${off})`}`, () => {
  const linear = new LinearMemory({ maximumBytes: 2 ** 26, shared: true })
  simdVariant() // switches relaxed SIMD on where an engine has it behind a flag
  const module = compileKernels('relaxed')
  const wasm = instantiate(module, linear.memory)
  let own: WasmKernels

  beforeAll(async () => {
    own = instantiate(module, linear.memory, native)
    vi.stubEnv('DL_NATIVE', '0')
    registerWasm('wasm-alone', { threads: 1, priority: 0 })
    await setBackend('wasm-alone')
    vi.stubEnv('DL_NATIVE', native.level)
    for (const threads of [1, 2]) {
      registerWasm(`native-${threads}`, { threads, priority: 0 })
      await setBackend(`native-${threads}`)
      expect((engine().backend as WasmBackend).native).toMatchObject({ level: native.level })
    }
  })

  afterAll(async () => {
    vi.unstubAllEnvs()
    await setBackend('wasm')
    for (const name of ['wasm-alone', 'native-1', 'native-2']) removeBackend(name)
  })

  it('have the names and the arguments of the WebAssembly kernels', () => {
    const addon = { exports: {} as { arities: Record<string, number> } }
    process.dlopen(addon, native.file)
    const wanted = Object.entries(wasm).map(([name, kernel]) => [name, kernel.length])
    expect(addon.exports.arities).toEqual(Object.fromEntries(wanted))
    const replaced = Object.entries(own).filter(([name, kernel]) => kernel !== wasm[name as never])
    expect(replaced.map(([name]) => name).sort()).toEqual(Object.keys(wasm).sort())
  })

  /** What a kernel writes, as bits; all NaN alike, whose bits WebAssembly leaves open. */
  const bitsOf = (pointer: number, n: number) => {
    const values = linear.floats(pointer, n)
    const bits = linear.ints(pointer, n)
    return Array.from(values, (x, i) => (Number.isNaN(x) ? 'NaN' : bits[i]))
  }
  const place = (values: number[]) => {
    const { pointer } = linear.allocate(values.length * 4)
    linear.floats(pointer, values.length).set(values)
    return pointer
  }

  it('of one number give odd numbers the same bits', () => {
    const values = [...ODD, ...random(500), ...Array.from(random(500), x => x * 40)]
    const n = values.length
    const [x, a, b] = [place(values), place(values), place(values)]
    for (let op = 0; op <= 14; op++) {
      wasm.unary(op, x, a, 0.25, 0, n)
      own.unary(op, x, b, 0.25, 0, n)
      expect([op, bitsOf(b, n)]).toEqual([op, bitsOf(a, n)])
    }
    for (const kernels of [wasm, own]) kernels.clip(x, -1, 2, kernels === wasm ? a : b, 1, n - 1)
    expect(bitsOf(b, n)).toEqual(bitsOf(a, n))
    for (const kernels of [wasm, own]) kernels.toIntegers(x, kernels === wasm ? a : b, 1, n - 1)
    expect([...linear.ints(b, n)]).toEqual([...linear.ints(a, n)])
  })

  it('of two numbers give odd numbers the same bits, however they are repeated', () => {
    const [left, right] = [ODD.flatMap(x => ODD.map(() => x)), ODD.flatMap(() => ODD)]
    const n = left.length
    const [x, y, a, b] = [place(left), place(right), place(left), place(left)]
    for (let op = 0; op <= 7; op++) {
      for (const [s, t] of [
        [1, 1],
        [1, 0],
        [0, 1],
        [0, 0],
      ] as const) {
        const args = [op, x, y].concat([1, 1, n, n, n, n, s, n, n, n, t, 3, n - 2])
        for (const kernels of [wasm, own]) {
          kernels.binary(...args.slice(0, 3), kernels === wasm ? a : b, ...args.slice(3))
        }
        expect([op, s, t, bitsOf(b, n)]).toEqual([op, s, t, bitsOf(a, n)])
      }
    }
    for (let op = 0; op < 6; op++) {
      for (const kernels of [wasm, own]) {
        const out = kernels === wasm ? a : b
        kernels.compare(op % 3, op < 3 ? 1 : 0, op % 2, x, 1, y, op % 2, out, 1, n - 1)
        kernels.logicalNot(out, out, 5, n - 7)
      }
      expect(bitsOf(b, (n / 4) | 0)).toEqual(bitsOf(a, (n / 4) | 0))
    }
  })

  it.each([...CASES, ...EDGES])('give the same bits: %s', async (_, f, inputs) => {
    await setBackend('wasm-alone')
    const wanted = results(f, inputs)
    for (const threads of [1, 2]) {
      await setBackend(`native-${threads}`)
      expect(differences(results(f, inputs), wanted)).toEqual([])
    }
  })

  it('of the checking build refuse what lies outside the memory', ctx => {
    ctx.skip(!native.checked, 'DL_NATIVE_CHECKED is not 1')
    const end = linear.memory.buffer.byteLength
    own.fill(end - 64, 1, 0, 16)
    expect(() => own.fill(end - 64, 1, 0, 17)).toThrowError('a native kernel left the memory')
    expect(() => own.gatherRows(end - 64, end - 64, 64, 17, 0, 1)).toThrowError(RangeError)
  })

  it('see the memory as it grows', async () => {
    await setBackend('native-1')
    const backend = engine().backend as WasmBackend
    const before = backend.linear.bytesHeld
    const blocks = Array.from({ length: 4 }, () => backend.linear.allocate(2 ** 24))
    expect(backend.linear.bytesHeld).toBeGreaterThan(before)
    for (const { pointer } of blocks) {
      backend.kernels.fill(pointer, 3, 0, 2 ** 22)
      expect(backend.linear.floats(pointer, 2 ** 22).every(x => x === 3)).toBe(true)
    }
    for (const block of blocks) backend.linear.release(block)
  })
})

describe('DL_NATIVE', () => {
  afterAll(() => {
    vi.unstubAllEnvs()
  })
  const asked = (
    word: string,
    ...[simd = 'relaxed', shared = true]: [('relaxed' | 'plain')?, boolean?]
  ) => {
    vi.stubEnv('DL_NATIVE', word)
    return findNative(simd, shared)
  }

  it('turns it off', () => {
    expect(asked('0')).toEqual({ off: 'DL_NATIVE is 0' })
  })

  it('with an unknown word is refused by name', () => {
    expect(() => asked('fast')).toThrowErrorMatchingInlineSnapshot(
      `[DlError: DL_NATIVE is 'fast'; expected 0, avx512, avx2, neon, or nothing for the best there is.]`,
    )
  })

  it('that names what cannot run is an error, where nobody asked it is told', () => {
    expect(asked('', 'plain')).toEqual({ off: 'plain kernels have other last bits' })
    expect(asked('', 'relaxed', false)).toEqual({ off: 'the memory is not shared' })
    expect(() => asked('avx2', 'plain')).toThrowErrorMatchingInlineSnapshot(
      `[DlError: DL_NATIVE asks for avx2, but plain kernels have other last bits. Leave DL_NATIVE out to go on with what there is.]`,
    )
  })
})
