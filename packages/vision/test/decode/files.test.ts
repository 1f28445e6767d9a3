/** Files of all kinds, as Pillow reads them; in Node and in a page. */
import { decodeImage } from '@dl/vision'
import { describe, expect, it } from 'vitest'
import { readFixture } from '../../../../scripts/golden'
import { messageOf } from '../kit'

interface Case {
  name: string
  file: string
  width: number
  height: number
  pixels: string
  lossy: boolean
  only?: 'node' | 'page'
}

// in one piece: Vite takes `new URL('..', import.meta.url)` for a file of the page's
const here = import.meta.url
const isPage = typeof document !== 'undefined'
const bytesOf = (base64: string) => Uint8Array.from(atob(base64), letter => letter.charCodeAt(0))
const cases = readFixture<Case[]>(new URL('..', here).href, 'files')
const readable = cases.filter(
  ({ only }) => only === undefined || only === (isPage ? 'page' : 'node'),
)

describe('decodeImage', () => {
  it.each(readable)('reads $name', async ({ file, width, height, pixels, lossy }) => {
    const image = await decodeImage(bytesOf(file))
    expect([image.width, image.height, image.channels]).toEqual([width, height, 3])
    const expected = bytesOf(pixels)
    const apart = image.data.map((value, i) => Math.abs(value - expected[i]!))
    // browsers keep colours multiplied by alpha
    expect(Math.max(...apart)).toBeLessThanOrEqual(lossy ? 6 : 1)
  })

  const jpeg = bytesOf(cases.find(({ name }) => name === 'jpeg, progressive')!.file)
  const png = bytesOf(cases.find(({ name }) => name === 'png, RGB')!.file)
  const problem = async (bytes: Uint8Array, options = {}) =>
    (await messageOf(decodeImage(bytes, { name: 'cat', ...options }))).split(';')[0]

  it('tells a JPEG that is cut anywhere from a whole one', async () => {
    for (let end = 2; end < jpeg.length; end += 7) {
      expect(await problem(jpeg.subarray(0, end))).toMatch(/^cat could not be decoded/)
    }
    expect(await problem(jpeg.subarray(0, -1))).toBe('cat could not be decoded: its end is missing')
    // a camera may write anything behind it
    const long = new Uint8Array(jpeg.length + 20_000)
    long.set(jpeg)
    expect((await decodeImage(long)).width).toBe(10)
    // a small picture among the data about it has an end of its own
    const small = [0xff, 0xe1, 0, 6, 0xff, 0xd8, 0xff, 0xd9]
    const cut = Uint8Array.of(0xff, 0xd8, ...small, ...jpeg.subarray(2, -2))
    expect(await problem(cut)).toBe('cat could not be decoded: its end is missing')
  })

  it('reads the size before it unpacks anything', async () => {
    const huge = png.slice()
    new DataView(huge.buffer).setUint32(16, 60_000)
    new DataView(huge.buffer).setUint32(20, 60_000)
    expect(await problem(huge)).toBe('cat has 60000 x 60000 pixels')
    expect(await problem(png, { maxPixels: 59 })).toBe('cat has 10 x 6 pixels')
    expect(await problem(new Uint8Array(0))).toBe('cat has no bytes')
    expect(await problem(new Uint8Array(100))).toMatch(/^cat could not be decoded/)
  })

  it('says what a page or Node does not read', async () => {
    const [odd] = cases.filter(one => !readable.includes(one))
    await expect(decodeImage(bytesOf(odd!.file), { name: 'odd' })).rejects.toMatchObject({
      code: 'bad-image',
    })
  })
})
