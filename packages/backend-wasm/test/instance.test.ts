import { describe, expect, it, vi } from 'vitest'
import { compileKernels, instantiate, kernelBytes } from '../src/instance'
import { LinearMemory } from '../src/linear-memory'
import { simdVariant } from '../src/simd'

/** Names of the sections of a module, by their numbers. */
function sections(bytes: Uint8Array): number[] {
  const found: number[] = []
  for (let at = 8; at < bytes.length; ) {
    found.push(bytes[at++]!)
    let [size, shift] = [0, 0]
    for (;;) {
      const byte = bytes[at++]!
      size |= (byte & 127) << shift
      shift += 7
      if (byte < 128) break
    }
    at += size
  }
  return found
}

const DATA = 11

it('every Node we support has relaxed SIMD, once asked for', () => {
  vi.stubEnv('DL_SIMD', '')
  expect(simdVariant()).toBe('relaxed')
  vi.unstubAllEnvs()
})

describe.each(['plain', 'relaxed', 'wide'] as const)('the %s kernels', variant => {
  it('have no data section and import nothing but the memory', () => {
    expect(sections(kernelBytes(variant))).not.toContain(DATA)
    expect(WebAssembly.Module.imports(compileKernels(variant))).toEqual([
      { module: 'env', name: 'memory', kind: 'memory' },
    ])
    const kinds = WebAssembly.Module.exports(compileKernels(variant)).map(({ kind }) => kind)
    expect(new Set(kinds)).toEqual(new Set(['function']))
  })

  it('work twice on one memory without disturbing what is there', () => {
    const linear = new LinearMemory({ maximumBytes: 2 ** 24 })
    const block = linear.allocate(2 ** 16)
    const bytes = () => new Uint8Array(linear.memory.buffer, 0, 2 ** 20)
    bytes().fill(7)
    const module = compileKernels(variant, false)
    const first = instantiate(module, linear.memory)
    const second = instantiate(module, linear.memory)
    expect(bytes().every(byte => byte === 7)).toBe(true)
    first.fill(block.pointer, 3, 0, 8)
    second.unary(6, block.pointer, block.pointer + 64, 0, 0, 8)
    expect([...linear.floats(block.pointer + 64, 8)]).toEqual(new Array(8).fill(9))
    expect([...linear.floats(block.pointer, 8)]).toEqual(new Array(8).fill(3))
  })
})
