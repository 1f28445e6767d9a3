/** In a real browser: its own decoders. */
import { decodeImage, encodePng } from '@dl/vision'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { inWorkers } from '../../src/decode/page-workers'
import { messageOf, picture } from '../kit'

afterEach(() => void vi.unstubAllGlobals())

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
    expect(await problem(new TextEncoder().encode('<html>'))).toMatch(/^cat.jpg is a web page/)
    expect(await problem(await canvasFile('image/png', 65, 64))).toMatch(/^cat.jpg has 65 x 64/)
    expect(await problem(whole.subarray(0, whole.length / 2))).toMatch(/^cat.jpg could not be dec/)
  })
})

/** Whatever decodes, in this thread, no longer does. */
const withoutDecoders = () =>
  vi.stubGlobal('createImageBitmap', () => Promise.reject(new Error('in the page')))

describe('inWorkers', () => {
  const file = () => canvasFile('image/jpeg', 64, 48)

  it('leaves all of the work to workers', async () => {
    const bytes = await file()
    withoutDecoders()
    const { width, height, data } = await decodeImage(bytes, { side: 24 })
    expect([width, height, data.length]).toEqual([32, 24, 32 * 24 * 3])
    expect((await Promise.all(Array.from({ length: 20 }, () => decodeImage(bytes)))).length).toBe(
      20,
    )
  })

  it('sends the bytes of a file, not all that lie around them', async () => {
    const bytes = await file()
    const archive = new Uint8Array(bytes.length + 200)
    archive.set(bytes, 100)
    const part = archive.subarray(100, 100 + bytes.length)
    expect(await decodeImage(part)).toEqual(await decodeImage(bytes))
    expect(archive.length).toBe(bytes.length + 200)
  })

  it.each([
    [
      'may not be made',
      class {
        constructor() {
          throw new DOMException('refused', 'SecurityError')
        }
      },
    ],
    [
      'do not start',
      class {
        onerror: ((event: Event) => void) | null = null
        postMessage() {
          setTimeout(() => this.onerror?.(new Event('error')))
        }
        terminate() {}
      },
    ],
  ])('does it here where workers %s', async (_, Worker) => {
    vi.stubGlobal('Worker', Worker)
    const read = inWorkers(2)
    const bytes = new Uint8Array(await file())
    const [first, second] = await Promise.all([read(bytes, null), read(bytes, 24)])
    expect([first.width, second.width, (await read(bytes, null)).width]).toEqual([64, 32, 64])
  })

  it('does it here where workers lack what it takes', async () => {
    const Real = Worker
    const bytes = new Uint8Array(await file())
    const source = 'onmessage = ({ data: { id } }) => postMessage({ id })'
    const url = URL.createObjectURL(new Blob([source]))
    vi.stubGlobal('Worker', function start() {
      return new Real(url)
    })
    expect((await inWorkers(1)(bytes, null)).width).toBe(64)
  })
})
