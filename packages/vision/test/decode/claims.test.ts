/** Small files that ask for gigabytes, and what else than their first size they say. */
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { encodePng } from '@dl/vision'
import { build } from 'esbuild'
import { encode } from 'fast-png'
import { zlibSync } from 'fflate'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { av1Pixels } from '../../src/decode/av1-size'
import { avifPixels } from '../../src/decode/avif'
import { headerOf } from '../../src/decode/header'
import { scanJpeg } from '../../src/decode/jpeg'
import { decodePng } from '../../src/decode/png'
import { webpPixels } from '../../src/decode/webp'
import { picture } from '../kit'

const run = promisify(execFile)
const small = sharp(picture(1, 40, 30).data, { raw: { width: 40, height: 30, channels: 3 } })
const wide = await readFile(join(import.meta.dirname, '../fixtures/wide.avif'))

/** A copy with big-endian numbers of `bits` bits from a place on. */
function patched(bytes: Uint8Array, at: number, bits: 16 | 32, ...values: number[]): Uint8Array {
  const out = new Uint8Array(bytes)
  const view = new DataView(out.buffer)
  for (const [i, value] of values.entries()) {
    if (bits === 16) view.setUint16(at + 2 * i, value)
    else view.setUint32(at + 4 * i, value)
  }
  return out
}

/** Where `text` begins. */
const find = (bytes: Uint8Array, text: string) => Buffer.from(bytes).indexOf(text, 0, 'latin1')

const sized = (avif: Uint8Array, side: number) =>
  patched(avif, find(avif, 'ispe') + 8, 32, side, side)

const deepPng = (side: number) =>
  patched(encode({ ...picture(1, 4), depth: 16, data: new Uint16Array(48) }), 16, 32, side, side)

const jpegOf = async (height: number, width: number) => {
  const jpeg = await small.jpeg().toBuffer()
  return patched(jpeg, find(jpeg, '\xff\xc0') + 5, 16, height, width)
}

/** Between the parts that a WebP file begins with. */
const riff = (...chunks: Uint8Array[]) => {
  const body = Buffer.concat([Buffer.from('WEBP'), ...chunks])
  const head = Buffer.from('RIFF....')
  head.writeUInt32LE(body.length, 4)
  return Buffer.concat([head, body])
}
const chunk = (type: string, content: readonly number[]) => {
  const head = Buffer.from(`${type}....`)
  head.writeUInt32LE(content.length, 4)
  return Buffer.concat([head, Buffer.from([...content, ...(content.length % 2 ? [0] : [])])])
}
const canvas = chunk('VP8X', [0, 0, 0, 0, 0, 0, 0, 0, 0, 0])
const lossless = chunk('VP8L', [0x2f, 0xff, 0xff, 0xff, 0x0f, 0, 0, 0, 0])

it('refuses small files that ask for gigabytes, in a process that has little', async () => {
  // beside the decoder, which is not bundled
  const folder = await mkdtemp(join(import.meta.dirname, '../../node_modules/.claims-'))
  try {
    const first = await jpegOf(8, 8)
    const scan = find(first, '\xff\xc0')
    const second = patched(first.subarray(scan, scan + 19), 5, 16, 65_000, 65_000)
    const files = {
      'png, 16 bits': deepPng(8000),
      'png of 60,000 a side': deepPng(60_000),
      avif: sized(wide, 12_000),
      'avif, another size': sized(wide, 64),
      'avif below maxPixels': sized(await small.avif().toBuffer(), 8000),
      webp: riff(lossless),
      'webp, another canvas': riff(canvas, lossless),
      jpeg: await jpegOf(65_000, 65_000),
      'jpeg, another frame': Buffer.concat([
        first.subarray(0, scan + 19),
        second,
        first.subarray(scan + 19),
      ]),
    }
    const list = Object.values(files).map(bytes => Buffer.from(bytes).toString('base64'))
    await writeFile(join(folder, 'files.json'), JSON.stringify(list))
    const program = join(folder, 'program.mjs')
    await build({
      stdin: {
        contents: `import { readFileSync } from 'node:fs'
          import { decodeImage } from '@dl/vision'
          for (const file of JSON.parse(readFileSync(process.argv[2], 'utf8'))) {
            console.log(await decodeImage(new Uint8Array(Buffer.from(file, 'base64'))).then(
              () => 'decoded', error => error.code + ': ' + error.message.split(';')[0]))
          }
          console.log(process.resourceUsage().maxRSS / 1024)`,
        resolveDir: import.meta.dirname,
      },
      ...{ outfile: program, bundle: true, format: 'esm', platform: 'node' },
      banner: { js: `import * as all from 'node:module'; const require = all.createRequire('/')` },
      external: ['@napi-rs/image'],
      conditions: ['@dl/source', 'node'],
      logLevel: 'silent',
    })
    // where a system cannot limit it, what was taken is still counted
    const limited = 'ulimit -v 3000000 2>/dev/null; exec "$0" --max-old-space-size=256 "$@"'
    const places = [process.execPath, program, join(folder, 'files.json')]
    const { stdout } = await run('sh', ['-c', limited, ...places])
    const lines = stdout.trim().split('\n')
    const mebibytes = Number(lines.pop())
    expect(
      Object.fromEntries(lines.map((line, i) => [Object.keys(files)[i], line])),
    ).toMatchInlineSnapshot(`
      {
        "avif": "bad-image: the picture has 12000 x 12000 pixels",
        "avif below maxPixels": "bad-image: the picture, of 8000 x 8000 pixels, would take 1.67 GiB while it is decoded",
        "avif, another size": "bad-image: the picture, of 64 x 64 pixels, would take 3.76 GiB while it is decoded",
        "jpeg": "bad-image: the picture has 65000 x 65000 pixels",
        "jpeg, another frame": "bad-image: the picture, of 8 x 8 pixels, would take 63 GiB while it is decoded",
        "png of 60,000 a side": "bad-image: the picture has 60000 x 60000 pixels",
        "png, 16 bits": "bad-image: the picture, of 8000 x 8000 pixels, would take 1.67 GiB while it is decoded",
        "webp": "bad-image: the picture has 16384 x 16384 pixels",
        "webp, another canvas": "bad-image: the picture, of 1 x 1 pixels, would take 4 GiB while it is decoded",
      }
    `)
    expect(mebibytes).toBeLessThan(300)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})

describe('sizes that a file says besides', () => {
  it('are those of every frame of a JPEG, not of a picture in a segment', async () => {
    const jpeg = await jpegOf(20, 30)
    expect(scanJpeg(jpeg)).toEqual({ isWhole: true, pixels: 600 })
    const inside = Buffer.concat([jpeg.subarray(0, 2), Uint8Array.of(0xff, 0xe1, 0, 11)])
    const frame = Uint8Array.of(0xff, 0xc0, 0, 17, 8, 0xff, 0xff, 0xff, 0xff)
    expect(scanJpeg(Buffer.concat([inside, frame, jpeg.subarray(2)])).pixels).toBe(600)
    expect(scanJpeg(jpeg.subarray(0, -1)).isWhole).toBe(false)
  })

  it('are those of the canvas, the picture and the frames of WebP', async () => {
    expect(webpPixels(await small.webp().toBuffer())).toBe(1200)
    expect(webpPixels(await small.webp({ lossless: true }).toBuffer())).toBe(1200)
    expect(webpPixels(riff(canvas))).toBe(1)
    expect(webpPixels(riff(canvas, lossless))).toBe(2 ** 28)
    const frame = chunk('ANMF', [0, 0, 0, 0, 0, 0, 1, 0, 0, 2, 0, 0, 0, 0, 0, 0, ...lossless])
    expect(webpPixels(riff(canvas, frame))).toBe(2 ** 28)
    expect(webpPixels(riff(canvas, frame.subarray(0, 24)))).toBe(6)
  })

  it('are those of AV1 streams', async () => {
    const avif = await small.avif().toBuffer()
    expect(avifPixels(avif)).toBe(1200)
    expect(avifPixels(sized(avif, 9))).toBe(1200)
    expect(avifPixels(sized(avif, 2000))).toBe(4e6)
    expect(avifPixels(sized(wide, 64))).toBe(144e6)
    const alpha = small.ensureAlpha(0.5).avif()
    expect(avifPixels(await alpha.toBuffer())).toBe(2400)
    // a stream that is not where the file says
    const lost = patched(avif, find(avif, 'iloc') + 20, 32, 0xffffff)
    expect(() => avifPixels(lost)).toThrow('a stream in it has no size')
  })

  /** Bits, most significant first, as bytes. */
  const packed = (...fields: (readonly [bits: number, value: number])[]) => {
    const bits = fields.map(([count, value]) => value.toString(2).padStart(count, '0')).join('')
    return Uint8Array.from(bits.match(/.{1,8}/g)!, byte => Number.parseInt(byte.padEnd(8, '0'), 2))
  }
  const sizes = [
    [4, 9],
    [4, 8],
    [10, 699],
    [9, 299],
  ] as const

  it.each([
    [
      'a still picture',
      [
        [3, 0],
        [1, 1],
        [1, 1],
        [5, 8],
      ],
    ],
    [
      'two operating points',
      [
        [3, 0],
        [2, 0],
        [2, 0],
        [5, 1],
        [12, 1],
        [5, 4],
        [12, 0],
        [5, 9],
        [1, 1],
      ],
    ],
    [
      'timing, decoder model and delays',
      [
        [3, 0],
        [2, 0],
        [1, 1],
        [32, 1],
        [32, 25],
        [1, 1],
        [5, 0b00101],
        [1, 1],
        [5, 3],
        [32, 7],
        [10, 0],
        [1, 1],
        [5, 0],
        [12, 0],
        [5, 8],
        [1, 1],
        [1, 1],
        [4, 15],
        [4, 1],
        [1, 0],
        [1, 1],
        [4, 2],
      ],
    ],
  ] as const)('are found behind %s', (_, before) => {
    const header = packed(...before, ...sizes)
    // a temporal delimiter first; then one with an extension and a length in two bytes
    const obu = [0x12, 0, 0x0e, 0, 0x80 | header.length, 0, ...header]
    expect(av1Pixels(Uint8Array.from(obu))).toBe(700 * 300)
    // without a length it goes to the end
    expect(av1Pixels(Uint8Array.of(0x08, ...header))).toBe(700 * 300)
  })

  it('are never looked for for ever', () => {
    for (let end = 0; end < wide.length; end += 13) {
      try {
        avifPixels(wide.subarray(0, end))
      } catch (error) {
        expect((error as Error).message).toMatch(/stream in it/)
      }
    }
    expect(av1Pixels(new Uint8Array(100).fill(0xff))).toBe(0)
  })
})

it('bounds what unpacks from PNG files where no library does', () => {
  const png = encodePng(picture(1, 16))
  const bomb = (type: string, content: Uint8Array) => {
    const at = find(png, 'IDAT') - 4
    const piece = new Uint8Array(content.length + 12)
    new DataView(piece.buffer).setUint32(0, content.length)
    piece.set(Buffer.from(type), 4)
    piece.set(content, 8)
    return Buffer.concat([png.subarray(0, at), piece, png.subarray(type === 'IDAT' ? -12 : at)])
  }
  const much = zlibSync(new Uint8Array(2 ** 20))
  const profile = Buffer.concat([Buffer.from('name\0\0'), much])
  expect(decodePng(bomb('iCCP', profile), 1, null).data).toEqual(decodePng(png, 1, null).data)
  expect(() => decodePng(bomb('IDAT', much), 1, null)).toThrow(
    'more unpacks from it than 16 x 16 pixels',
  )
})

it('counts deep pictures for more than their pixels', () => {
  const options = { side: null, name: 'it' }
  expect(headerOf(deepPng(100), { ...options, maxPixels: 17_500 }).bytes).toBe(280_000)
  expect(() => headerOf(deepPng(100), { ...options, maxPixels: 10_000 })).toThrow(
    'it, of 100 x 100 pixels, would take',
  )
})
