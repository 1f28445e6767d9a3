import '@dl/backend-wasm'
import {
  fill,
  ones,
  pad,
  ready,
  setBackend,
  tensor,
  tidy,
  tile,
  zeros,
} from '@tensorflow/tfjs-core'
import { beforeAll, expect, it } from 'vitest'
import { LinearMemory } from '../src/linear-memory'

beforeAll(async () => {
  await setBackend('wasm')
  await ready()
})

it.each([
  ['fill', () => fill([1e9, 1e9], 1)],
  ['fill of 2⁵³ − 1', () => fill([2 ** 53 - 1], 1)],
  ['zeros', () => zeros([1e9, 1e9])],
  ['ones', () => ones([1e9, 1e9])],
  ['tile', () => tile(tensor([1]), [2 ** 53 - 1])],
  ['pad', () => pad(tensor([1]), [[0, 2 ** 50]])],
])('%s refuses a size that no memory has', (_, make) => {
  expect(() => tidy(make)).toThrow()
})

it('has room for what all but fills it', () => {
  const memory = new LinearMemory({ maximumBytes: 4 * 2 ** 20 })
  const large = memory.allocate(3.9 * 2 ** 20)
  expect(() => memory.allocate(2 ** 20)).toThrow('3.9 MiB of the WebAssembly memory')
  memory.release(large)
  for (const bytes of [2 ** 60, 2 ** 53, 5 * 2 ** 20]) {
    expect(() => memory.allocate(bytes)).toThrow("the WebAssembly memory's 4.0 MiB")
  }
  const again = memory.allocate(3.9 * 2 ** 20)
  memory.release(again)
  expect(memory.bytesInUse).toBe(0)
})
