/** In a real browser paths are URLs: tables, archives and pictures are fetched. */
import { datasets, encodePng, ImageClassifierData, readImage } from '@dl/vision'
import { packTar } from 'modern-tar'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { messageOf, picture, probes, seen } from '../kit'

const site = new Map<string, Uint8Array>()
const HOME = 'https://pictures.example'
const serve = (path: string, bytes: Uint8Array | string) =>
  site.set(`${HOME}/${path}`, typeof bytes === 'string' ? new TextEncoder().encode(bytes) : bytes)
const tarOf = (files: readonly (readonly [string, Uint8Array])[]) =>
  packTar(files.map(([name, body]) => ({ header: { name, size: body.length }, body })))

beforeEach(() => {
  site.clear()
  vi.stubGlobal('fetch', async (url: string) => {
    const body = site.get(url)
    return body ? new Response(new Uint8Array(body)) : new Response('', { status: 404 })
  })
})
afterEach(() => void vi.unstubAllGlobals())

describe('a table and its pictures', () => {
  beforeEach(() => {
    for (let i = 0; i < 4; i++) serve(`set/jpg/p${i}.png`, encodePng(picture(i)))
    serve('set/labels.csv', 'id,label\np0,cat\np1,dog\np2,cat\np3,dog\np4,dog\n')
  })
  const load = (options = {}) =>
    ImageClassifierData.fromCsv(`${HOME}/set`, 'jpg', 'labels.csv', {
      suffix: '.png',
      validationIndices: [2, 3],
      tfms: probes,
      ...options,
    })

  it('are fetched when they are due', async () => {
    const { pictures, targets } = await seen((await load()).validation)
    expect(pictures.map(([value]) => value)).toEqual([2, 3].map(i => picture(i).data[0]))
    expect(targets).toEqual([0, 1])
  })

  it('may lack one, which is told or left out', async () => {
    expect(await messageOf(seen((await load()).fix))).toMatch(/p4\.png: HTTP 404/)
    const data = await load({ onBadImage: 'skip' })
    expect((await seen(data.fix)).targets).toEqual([0, 1])
    expect(data.skipped.map(({ name, error }) => [name, error.code])).toEqual([
      [`${HOME}/set/jpg/p4.png`, 'not-found'],
    ])
    expect(await messageOf(readImage(`${HOME}/none.png`))).toMatch(/none\.png: HTTP 404/)
  })
})

it('an archive is read from its address, and decoded here', async () => {
  const names = ['train/cat/0.png', 'train/dog/0.png', 'test/cat/0.png', 'test/dog/0.png']
  const tar = await tarOf(names.map((name, i) => [name, encodePng(picture(i))] as const))
  const packed = new Blob([new Uint8Array(tar)]).stream().pipeThrough(new CompressionStream('gzip'))
  serve('set.tar.gz', new Uint8Array(await new Response(packed).arrayBuffer()))
  const from = `${HOME}/set.tar.gz`
  const data = await ImageClassifierData.fromArchive(from, { validation: 'test', tfms: probes })
  expect((await seen(data.fix)).pictures.map(([value]) => value)).toEqual(
    [0, 1].map(i => picture(i).data[0]),
  )
  const { classes, source } = await datasets.cifar10({ from })
  expect([classes, source]).toEqual([['cat', 'dog'], 'given'])
})

it('known sets are checked when they come', async () => {
  site.set(
    'https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz',
    await tarOf([['data_batch_1.bin', new Uint8Array(3073)]]),
  )
  expect(await messageOf(datasets.cifar10())).toMatch(/has the SHA-256 sum .*; expected c4a38c50/)
  expect(await messageOf(datasets.mnist())).toMatch(/HTTP 404/)
})

it('folders cannot be listed', async () => {
  expect(await messageOf(ImageClassifierData.fromPaths(`${HOME}/set`))).toMatch(
    /^cannot list what is in .*: a page has no folders/,
  )
})
