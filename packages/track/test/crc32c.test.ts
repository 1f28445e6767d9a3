import { expect, it } from 'vitest'
import { crc32c } from '../src/tensorboard/crc32c'

it.each([
  ['', 0],
  ['123456789', 0xe3069283],
  ['a', 0xc1d04330],
])('of %j, as RFC 3720 and the catalogue of checksums have it', (text, sum) => {
  expect(crc32c(new TextEncoder().encode(text))).toBe(sum)
})

it('of RFC 3720, B.4: thirty-two zeros, ones, and bytes that rise', () => {
  const of = (byte: (i: number) => number) =>
    crc32c(Uint8Array.from({ length: 32 }, (_, i) => byte(i)))
  expect(of(() => 0)).toBe(0x8a9136aa)
  expect(of(() => 0xff)).toBe(0x62a8ab43)
  expect(of(i => i)).toBe(0x46dd794e)
})
