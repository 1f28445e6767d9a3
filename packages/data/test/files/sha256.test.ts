/** One sum on each platform; in Node, a page's as well. */
import { files } from '@dl/data'
import { describe, expect, it } from 'vitest'
import { files as pageFiles } from '../../src/files/browser'

/** FIPS 180-4's examples, and lengths about its blocks of 64 bytes. */
const sums: [text: string, sum: string][] = [
  ['', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
  ['abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
  [
    'abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq',
    '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1',
  ],
  ['a'.repeat(1_000_000), 'cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0'],
]

describe.each([
  ['this platform', files],
  ['a page', pageFiles],
])('sha256 of %s', (_, { sha256 }) => {
  it.each(sums)('sums example %#', async (text, expected) => {
    const bytes = new TextEncoder().encode(text)
    for (const step of [1, 63, 64, 65, 100_003]) {
      if (bytes.length / step > 20_000) continue
      const sum = sha256()
      for (let at = 0; at < bytes.length; at += step) sum.update(bytes.subarray(at, at + step))
      expect(await sum.digest()).toBe(expected)
    }
  })

  it('goes on after a sum, and takes bytes alone', async () => {
    const sum = sha256()
    sum.update(Uint8Array.of(97))
    await sum.digest()
    sum.update(Uint8Array.of(98, 99))
    expect(await sum.digest()).toBe(sums[1]![1])
    expect(() => sum.update('abc' as never)).toThrow('what sha256 got is "abc"')
  })
})
