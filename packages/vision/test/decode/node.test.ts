import { fileURLToPath } from 'node:url'
import { decodeImage, encodePng, type PixelImage } from '@dl/vision'
import { build } from 'esbuild'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { readFixture } from '../../../../scripts/golden'
import { decodeWith } from '../../src/decode/node'
import { messageOf, picture } from '../kit'

interface File {
  name: string
  file: string
  width: number
  height: number
  pixels: string
}
const here = import.meta.url
const files = readFixture<File[]>(new URL('..', here).href, 'files')

const raw = ({ data, width, height, channels }: PixelImage) =>
  sharp(data, { raw: { width, height, channels: channels as 1 | 3 | 4 } })
const jpeg = async (image: PixelImage): Promise<Uint8Array> =>
  raw(image).jpeg({ quality: 100, chromaSubsampling: '4:4:4' }).toBuffer()
const worst = (a: PixelImage, b: PixelImage) =>
  Math.max(...a.data.map((value, i) => Math.abs(value - b.data[i]!)))

describe('decodeImage on Node', () => {
  it.each(['jpeg', 'webp', 'avif', 'png', 'tiff'] as const)('reads %s', async format => {
    const image = picture(1, 24, 16)
    const bytes = await raw(image).toFormat(format, { quality: 100 }).toBuffer()
    const decoded = await decodeImage(bytes)
    expect([decoded.width, decoded.height, decoded.channels]).toEqual([24, 16, 3])
    expect(worst(decoded, image)).toBeLessThan(12)
  })

  it('shrinks a picture that lies on its side to its upright size', async () => {
    // 6: the camera was held upright
    const bytes = await raw(picture(1, 16, 8))
      .withMetadata({ orientation: 6 })
      .jpeg()
      .toBuffer()
    const { width, height } = await decodeImage(bytes, { side: 4 })
    expect([width, height]).toEqual([4, 8])
  })

  it.each([8, 24])('shrinks an edge to the side %i without ringing', async side => {
    const data = Uint8Array.from({ length: 32 * 32 * 3 }, (_, i) => (i % 96 < 48 ? 50 : 200))
    const edge = encodePng({ width: 32, height: 32, channels: 3, data })
    const small = await decodeImage(edge, { side })
    expect([Math.min(...small.data), Math.max(...small.data)]).toEqual([50, 200])
  })

  it('shrinks 16 bits and alpha', async () => {
    const deep = await raw(picture(1, 16)).toColourspace('rgb16').png().toBuffer()
    const small = await decodeImage(deep, { side: 4 })
    expect([small.width, small.height, small.data.length]).toEqual([4, 4, 48])
    expect(worst(small, await decodeImage(encodePng(picture(1, 16)), { side: 4 }))).toBeLessThan(2)
  })

  it('leaves the thread to others meanwhile', async () => {
    let turns = 0
    const turn = () => {
      turns++
      timer = setImmediate(turn)
    }
    let timer = setImmediate(turn)
    const deep = await raw(picture(1, 1000)).toColourspace('rgb16').png().toBuffer()
    for (const bytes of [await jpeg(picture(1, 1000)), deep]) {
      turns = 0
      await decodeImage(bytes, { side: 500 })
      expect(turns).toBeGreaterThan(2)
    }
    clearImmediate(timer)
  })

  it.each([
    { width: 500, height: 375, side: 224, size: [299, 224] },
    { width: 375, height: 500, side: 224, size: [224, 299] },
    { width: 301, height: 300, side: 7, size: [7, 7] },
    { width: 30, height: 20, side: 64, size: [30, 20] },
  ])('shrinks $width x $height to the shorter side $side, never grows', async row => {
    const { width, height } = await decodeImage(await jpeg(picture(1, row.width, row.height)), {
      side: row.side,
    })
    expect([width, height]).toEqual(row.size)
  })

  it('shrinks to about the mean of what lies below a pixel', async () => {
    const image = picture(3, 64, 64)
    const { data } = await decodeImage(encodePng(image), { side: 8 })
    for (const [pixel, c] of [
      [0, 0],
      [27, 1],
      [63, 2],
    ] as const) {
      let sum = 0
      for (let k = 0; k < 64; k++) {
        const y = (pixel >> 3) * 8 + (k >> 3)
        const x = (pixel & 7) * 8 + (k & 7)
        sum += image.data[(y * 64 + x) * 3 + c]!
      }
      expect(Math.abs(data[pixel * 3 + c]! - sum / 64)).toBeLessThan(3)
    }
  })

  it('says which file is bad, and why', async () => {
    const whole = await jpeg(picture(1, 64))
    const problem = async (bytes: Uint8Array) =>
      (await messageOf(decodeImage(bytes, { name: 'cat.jpg', maxPixels: 10_000 }))).split(';')[0]
    expect(await problem(new Uint8Array(0))).toBe('cat.jpg has no bytes')
    expect(await problem(whole.subarray(0, whole.length / 2))).toMatch(
      /^cat.jpg could not be dec.*end/,
    )
    expect(await problem(new TextEncoder().encode('text'))).toMatch(
      /cat.jpg.*it does not begin as pictures do/,
    )
    expect(await messageOf(decodeImage(new TextEncoder().encode('<html>')))).toBe(
      "the picture is a web page (HTML); expected a whole JPEG, PNG, WebP or AVIF file. A server may have answered so for want of a login or a file: fetch it again and look; onBadImage: 'skip' leaves such pictures out.",
    )
    expect(await problem(whole.subarray(0, 20))).toMatch(/^cat.jpg could not be decoded/)
    expect(await problem(encodePng(picture(1, 101, 100)))).toMatch(/cat.jpg has 101 x 100 pixels/)
    await expect(decodeImage(whole, { side: 0 })).rejects.toMatchObject({ code: 'bad-option' })
  })
})

describe('without the decoder', () => {
  const missing = () => Promise.reject(new Error("Cannot find package '@napi-rs/image'"))
  const options = { side: null, maxPixels: 1000, name: 'a picture' }
  const pngs = files.filter(({ name }) => name.startsWith('png'))

  it.each(pngs)('reads $name', async ({ file, width, height, pixels }) => {
    const image = await decodeWith(missing, Buffer.from(file, 'base64'), options)
    expect([image.width, image.height]).toEqual([width, height])
    expect(worst(image, { ...image, data: Buffer.from(pixels, 'base64') })).toBe(0)
  })

  it('says what is broken or too large by name', async () => {
    const broken = encodePng(picture(1))
    broken[60]! ^= 1
    expect(await messageOf(decodeWith(missing, broken, options))).toMatch(
      /^a picture could not be decoded: CRC/,
    )
    expect(
      await messageOf(decodeWith(missing, encodePng(picture(1)), { ...options, maxPixels: 63 })),
    ).toMatch(/^a picture has 8 x 8 pixels; expected at most 63 in all/)
  })

  it('says what to install for others', async () => {
    expect(await messageOf(decodeWith(missing, await jpeg(picture(1)), options))).toBe(
      'a picture needs @napi-rs/image to be decoded, which could not be loaded; expected @napi-rs/image beside @dl/vision (without it, only PNG files can be read). Run `npm install @napi-rs/image`.',
    )
  })
})

it('is not in a bundle for a page', async () => {
  const { metafile } = await build({
    stdin: {
      contents: "export { decodeImage } from '@dl/vision'",
      resolveDir: fileURLToPath(new URL('.', import.meta.url)),
    },
    bundle: true,
    write: false,
    metafile: true,
    format: 'esm',
    platform: 'browser',
    conditions: ['@dl/source'],
  })
  const inputs = Object.keys(metafile.inputs)
  expect(inputs.some(path => path.endsWith('decode/browser.ts'))).toBe(true)
  expect(inputs.filter(path => /napi|decode.node|node:/.test(path))).toEqual([])
})
