import { decodeImage } from '@dl/vision'
import { encode } from 'fast-png'
import { describe, expect, it } from 'vitest'
import { decodePng } from '../../src/decode/png'
import { messageOf, picture } from '../kit'

describe('decodePng', () => {
  it.each([
    { channels: 1, data: [7, 9], rgb: [7, 7, 7, 9, 9, 9] },
    { channels: 2, data: [100, 255, 100, 51], rgb: [100, 100, 100, 20, 20, 20] },
    { channels: 3, data: [1, 2, 3, 4, 5, 6], rgb: [1, 2, 3, 4, 5, 6] },
    { channels: 4, data: [1, 2, 3, 255, 4, 5, 6, 0], rgb: [1, 2, 3, 0, 0, 0] },
  ])('makes RGB on black of $channels channels', ({ channels, data, rgb }) => {
    const bytes = encode({ width: 2, height: 1, channels, data: Uint8Array.from(data) })
    expect([...decodePng(bytes, 1, null).data]).toEqual(rgb)
  })

  it('reads 16 bits', () => {
    const data = Uint16Array.of(0x1234, 0xff00, 0x00ff)
    const bytes = encode({ width: 1, height: 1, channels: 3, depth: 16, data })
    expect([...decodePng(bytes, 1, null).data]).toEqual([0x12, 0xff, 0])
  })

  it('shrinks by area', () => {
    const data = Uint8Array.of(0, 10, 20, 30, 40, 50, 60, 70)
    const bytes = encode({ width: 4, height: 2, channels: 1, data })
    const { width, height, data: small } = decodePng(bytes, 1, 1)
    expect([width, height, ...small]).toEqual([2, 1, 25, 25, 25, 45, 45, 45])
  })

  it('refuses what is broken', async () => {
    const bytes = encode({ ...picture(1), channels: 3 })
    const broken = bytes.slice()
    broken[60]! ^= 1
    expect(() => decodePng(broken, 1, null)).toThrow(/CRC/)
    expect(() => decodePng(bytes.subarray(0, 50), 1, null)).toThrow()
    expect(await messageOf(decodeImage(bytes.subarray(0, 50)))).toMatch(/^the picture could not/)
  })
})
