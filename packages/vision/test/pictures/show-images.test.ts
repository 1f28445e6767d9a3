import {
  datasets,
  decodeImage,
  encodePng,
  ImageClassifierData,
  showBatch,
  showImages,
} from '@dl/vision'
import { tensor } from '@tensorflow/tfjs-core'
import { decode } from 'fast-png'
import { describe, expect, it } from 'vitest'
import { drawText, lineHeight, textWidth } from '../../src/pictures/font'
import { messageOf, picture } from '../kit'

/** RGBA of a place. */
const at = (png: Uint8Array, x: number, y: number) => {
  const { width, data } = decode(png)
  return [...data.slice(4 * (y * width + x), 4 * (y * width + x) + 4)]
}

/** How opaque the first picture's row of the grid is from `top` on, as wide as the grid. */
const captionOf = (png: Uint8Array, top: number, height: number) => {
  const { width, data } = decode(png)
  const pixels = data.subarray(4 * top * width, 4 * (top + height) * width)
  return Array.from({ length: width * height }, (_, k) => pixels[4 * k + 3]!)
}

/** The same of a text. */
const written = (text: string, size: number, room: number) => {
  const { width, height, data } = drawText(text, size)
  return Array.from({ length: room * height }, (_, k) =>
    k % room < width ? data[Math.floor(k / room) * width + (k % room)] : 0,
  )
}

describe('showImages', () => {
  it('lays pictures out in rows, each pixel a square', async () => {
    const pictures = [1, 2, 3].map(seed => picture(seed, 4, 3))
    const png = await showImages(pictures, { columns: 2, scale: 5 })
    const { width, height } = decode(png)
    expect([width, height]).toEqual([2 * 20 + 6, 2 * 15 + 6])
    const { data } = pictures[2]!
    const last = 3 * (2 * 4 + 3)
    expect(at(png, 19, 35)).toEqual([...data.slice(last, last + 3), 255])
    expect(at(png, 15, 31)).toEqual([...data.slice(last, last + 3), 255])
    expect(at(png, 22, 5)).toEqual([0, 0, 0, 0])
    expect(at(png, 30, 30)).toEqual([0, 0, 0, 0])
  })

  it('takes a tensor from 0 to 1, grey as well', async () => {
    const images = tensor([0, 0.5, 1, 2], [2, 1, 2, 1])
    const png = await showImages(images, { columns: 2, scale: 1 })
    images.dispose()
    expect([0, 1, 8, 9].map(x => at(png, x, 0)[0])).toEqual([0, 128, 255, 255])
  })

  it('keeps what is transparent', async () => {
    const clear = { width: 1, height: 1, channels: 4, data: Uint8Array.of(1, 2, 3, 4) }
    expect(at(await showImages([clear], { scale: 1 }), 0, 0)).toEqual([1, 2, 3, 4])
  })

  it('writes captions below', async () => {
    const plain = await decodeImage(await showImages([picture(1, 64)], { scale: 1 }))
    const png = await showImages([picture(1, 64)], { scale: 1, labels: ['cat, far too long'] })
    const { height, width } = decode(png)
    expect([plain.height, width, height]).toEqual([64, 64, 64 + lineHeight(13) + 6])
    expect(captionOf(png, 67, lineHeight(13))).toEqual(written('cat, far t…', 13, 64))
  })

  it('writes larger where all captions have room', async () => {
    const size = async (label: string) =>
      decode(await showImages([picture(1, 64)], { scale: 1, labels: [label] })).height - 64 - 6
    const png = await showImages([picture(1, 64)], { scale: 1, labels: ['py'] })
    expect(captionOf(png, 67, lineHeight(16))).toEqual(written('py', 16, 64))
    expect(await size('p')).toBe(lineHeight(16))
    const between = 'l'.repeat(17)
    expect(Math.floor(64 / textWidth(between, 1))).toBe(14)
    expect(await size(between)).toBe(lineHeight(14))
    expect(await size('far too much for its room')).toBe(lineHeight(13))
  })

  it('makes HTML with captions that are no markup', async () => {
    const html = await showImages([picture(1)], { labels: ['<cat>'], as: 'html' })
    expect(html).toContain('&lt;cat&gt;')
    expect(html).toContain('data:image/png;base64,iVBOR')
  })

  it.each([
    [[], {}, 'there are 0 pictures and 0 labels; expected at least one picture'],
    [[picture(1)], { labels: ['a', 'b'] }, 'there are 1 pictures and 2 labels'],
    [[picture(1)], { labels: [1 as never] }, 'labels is'],
    [[picture(1)], { columns: 0 }, 'columns is 0; expected an integer of at least 1.'],
    [[picture(1)], { as: 'gif' as 'png' }, `as is "gif"; expected 'png' or 'html'.`],
    [[{ ...picture(1), height: 9 }], {}, 'a picture of 8 × 9 pixels and 3 channels has 192 bytes'],
    [[picture(1, 2, 2, 2)], {}, 'a picture of 2 × 2 pixels and 2 channels has 8 bytes'],
    [[picture(1)], { scale: 1.5 }, 'scale is 1.5; expected an integer of at least 1.'],
  ])('refuses %#', async (images, options, message) => {
    expect(await messageOf(showImages(images, options))).toContain(message)
  })

  it('refuses tensors that are no pictures', async () => {
    const images = tensor([1, 2], [1, 2])
    expect(await messageOf(showImages(images))).toBe(
      'the pictures are [1, 2]; expected [pictures, height, width, 1 or 3].',
    )
    images.dispose()
  })
})

it('encodePng refuses what is no picture', () => {
  expect(() => encodePng({ ...picture(1), width: 9 })).toThrow(
    'a picture of 9 × 8 pixels and 3 channels has 192 bytes; expected width × height × channels of them, and 1, 3 or 4 channels.',
  )
})

describe('showBatch', () => {
  const data = () =>
    new ImageClassifierData(datasets.shapes({ count: 12, size: 8 }), { bs: 8, seed: 1 })

  it('shows the first pictures of an epoch, as they were before they were normalised', async () => {
    const { width, height } = decode(await showBatch(data(), { count: 6, columns: 3 }))
    expect([width, height]).toEqual([3 * 96 + 12, 2 * (96 + lineHeight(16) + 6) + 6])
    const shown = data()
    const html = await showBatch(shown, { loader: shown.validation, as: 'html' })
    expect(html.match(/<span>[a-z]+<\/span>/g)).toEqual(
      ['circle', 'cross', 'square'].map(name => `<span>${name}</span>`),
    )
  })

  it('names no class where there are no labels', async () => {
    const test = [{ image: picture(1) }]
    const items = [{ image: picture(2), label: 0 }]
    const set = new ImageClassifierData({ classes: ['cat'], train: items, validation: items, test })
    for (const loader of [set.test, set.testAug]) {
      expect(await showBatch(set, { loader, as: 'html' })).not.toContain('cat')
    }
    expect(await showBatch(set, { as: 'html' })).toContain('cat')
  })

  it.each([0, 1.5, -1, Number.NaN])('refuses %s pictures', async count => {
    expect(await messageOf(showBatch(data(), { count }))).toBe(
      `count is ${count}; expected an integer of at least 1.`,
    )
  })

  it('names all classes of a picture', async () => {
    const items = [[0, 1], []].map((label, i) => ({ image: picture(i), label }))
    const set = { classes: ['clear', 'road'], train: items, validation: items }
    const multi = new ImageClassifierData(set)
    const html = await showBatch(multi, { loader: multi.validation, as: 'html' })
    expect(html).toContain('<span>clear, road</span>')
  })
})
