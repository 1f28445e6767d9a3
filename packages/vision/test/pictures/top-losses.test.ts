import { Generator } from '@dl/core'
import { figuresHtml, type PixelImage, type TopLossesOptions, topLosses } from '@dl/vision'
import { log, type Tensor, tensor } from '@tensorflow/tfjs-core'
import { decode } from 'fast-png'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const CLASSES = ['cat', 'dog & co', 'frog']
/** A picture whose grey is its number. */
const picture = (index: number): PixelImage => ({
  width: 2,
  height: 1,
  channels: 1,
  data: Uint8Array.of(index, 255 - index),
})
const images = [0, 1, 2, 3].map(picture)

let probabilities: Tensor
let targets: Tensor

beforeEach(() => {
  probabilities = tensor([
    [0.7, 0.2, 0.1],
    [0.04, 0.9, 0.06],
    [0.4, 0.35, 0.25],
    [0.1, 0.1, 0.8],
  ])
  targets = tensor([0, 0, 1, 2], [4], 'int32')
})

afterEach(() => {
  for (const t of [probabilities, targets]) t.dispose()
})

const top = (more: Partial<Omit<TopLossesOptions, 'predictions'>> = {}) =>
  topLosses({ probabilities, targets, images, classes: CLASSES, ...more })

/** The greys of the pictures in a page, in order. */
const shown = (html: string) =>
  [...html.matchAll(/base64,([^"]+)"/g)].map(([, base64]) => {
    const png = decode(Uint8Array.from(atob(base64!), char => char.charCodeAt(0)))
    expect([png.width, png.height, png.data[1]]).toEqual([2, 1, 255 - png.data[0]!])
    return png.data[0]
  })

const captions = (html: string) =>
  [...html.matchAll(/<figcaption>(.*?)<\/figcaption>/g)].map(([, caption]) =>
    caption!.replace(/<\/?span>/g, ' ').trim(),
  )

describe('topLosses', () => {
  it('shows the pictures with the largest losses first, and says what was taken for what', async () => {
    const { items, html } = await top({ k: 3 })
    expect(items.map(({ index }) => index)).toEqual([1, 2, 0])
    expect(shown(html)).toEqual([1, 2, 0])
    expect(captions(html)).toEqual([
      'dog &amp; co, is cat  90 % dog &amp; co, 4.0 % cat  loss 3.22',
      'cat, is dog &amp; co  40 % cat, 35 % dog &amp; co  loss 1.05',
      'cat  70 % cat  loss 0.36',
    ])
    expect(html).toContain('<h2>Largest losses</h2>')
  })

  it('shows the best and the least certain', async () => {
    expect(shown((await top({ which: 'best', k: 2 })).html)).toEqual([3, 0])
    const { html } = await top({ which: 'uncertain', k: 1 })
    expect(shown(html)).toEqual([2])
    expect(html).toContain('<h2>Least certain</h2>')
  })

  it('takes log-probabilities, and gets only the pictures it shows', async () => {
    const predictions = log(probabilities)
    const asked: number[] = []
    const { html } = await topLosses({
      predictions,
      targets,
      classes: CLASSES,
      k: 2,
      images: async index => {
        asked.push(index)
        return picture(index)
      },
    })
    expect(asked).toEqual([1, 2])
    expect(shown(html)).toEqual([1, 2])
    predictions.dispose()
  })

  it('shows all where there are fewer than asked for', async () => {
    expect((await top()).items).toHaveLength(4)
  })

  it('refuses what does not fit together', async () => {
    await expect(top({ k: 0 })).rejects.toThrow('k is 0; expected an integer of at least 1.')
    await expect(top({ classes: ['cat'] })).rejects.toThrow(
      'there are 1 names of classes and 3 scores for each item; expected as many.',
    )
    await expect(top({ images: images.slice(0, 1) })).rejects.toThrow(
      'there are 1 pictures and predictions of item 1; expected a picture for each prediction, in the same order.',
    )
  })
})

describe('figuresHtml', () => {
  it('escapes what it is told, and lays out the columns asked for', () => {
    const html = figuresHtml([{ image: images[0]!, caption: ['<b>', '"x"'] }], {
      columns: 5,
      width: 64,
      title: 'a < b',
    })
    expect(html).toContain('<span>&lt;b&gt;</span><span>&quot;x&quot;</span>')
    expect(html).toContain('alt="&lt;b&gt;, &quot;x&quot;"')
    expect(html).toContain('repeat(5,64px)')
    expect(html).toContain('<h2>a &lt; b</h2>')
  })

  it('encodes pictures larger than what can be spread at once', () => {
    const side = 200
    // noise, which no PNG makes small
    const data = Uint8Array.from(new Generator(1).uniform(side * side * 3, 0, 255))
    const html = figuresHtml([{ image: { width: side, height: side, channels: 3, data } }])
    const [, base64] = html.match(/base64,([^"]+)"/)!
    expect(base64!.length).toBeGreaterThan(3 * 8192)
    const png = decode(Uint8Array.from(atob(base64!), char => char.charCodeAt(0)))
    expect(png.data).toEqual(data)
  })

  it('refuses a grid without columns', () => {
    expect(() => figuresHtml([{ image: images[0]! }], { columns: 0 })).toThrow(
      'columns is 0; expected an integer of at least 1.',
    )
  })
})
