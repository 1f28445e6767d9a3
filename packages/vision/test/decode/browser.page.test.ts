/** In a real browser: its own decoders. */
import { decodeImage, encodePng } from '@dl/vision'
import { describe, expect, it } from 'vitest'
import { messageOf, picture } from '../kit'

async function canvasFile(type: string, width: number, height: number): Promise<Uint8Array> {
  const canvas = new OffscreenCanvas(width, height)
  const context = canvas.getContext('2d')!
  context.fillStyle = 'rgb(200, 100, 50)'
  context.fillRect(0, 0, width, height)
  return new Uint8Array(await (await canvas.convertToBlob({ type, quality: 1 })).arrayBuffer())
}

describe('decodeImage in a page', () => {
  it.each(['image/jpeg', 'image/webp', 'image/png'])('reads %s', async type => {
    const { width, height, channels, data } = await decodeImage(await canvasFile(type, 20, 10))
    expect([width, height, channels, data.length]).toEqual([20, 10, 3, 600])
    for (const [i, value] of [200, 100, 50].entries()) {
      expect(Math.abs(data[i]! - value)).toBeLessThan(4)
    }
  })

  it('keeps every bit of a PNG and lays transparency on black', async () => {
    const image = picture(1)
    expect(await decodeImage(encodePng(image))).toEqual(image)
    const clear = { width: 1, height: 1, channels: 4, data: Uint8Array.of(200, 100, 50, 128) }
    const { data } = await decodeImage(encodePng(clear))
    expect(Math.max(...[100, 50, 25].map((v, i) => Math.abs(v - data[i]!)))).toBeLessThan(2)
  })

  it('shrinks to a shorter side', async () => {
    const { width, height, data } = await decodeImage(await canvasFile('image/jpeg', 500, 375), {
      side: 224,
    })
    expect([width, height, data.length]).toEqual([299, 224, 299 * 224 * 3])
    expect((await decodeImage(await canvasFile('image/png', 4, 4), { side: 8 })).width).toBe(4)
  })

  it('says which file is bad, and why', async () => {
    const whole = await canvasFile('image/jpeg', 64, 64)
    const problem = (bytes: Uint8Array) =>
      messageOf(decodeImage(bytes, { name: 'cat.jpg', maxPixels: 4096 }))
    expect(await problem(new Uint8Array(0))).toMatch(/^cat.jpg has no bytes/)
    expect(await problem(new TextEncoder().encode('<html>'))).toMatch(/^cat.jpg could not be dec/)
    expect(await problem(await canvasFile('image/png', 65, 64))).toMatch(/^cat.jpg has 65 x 64/)
    expect(await problem(whole.subarray(0, whole.length / 2))).toMatch(/^cat.jpg could not be dec/)
  })
})
