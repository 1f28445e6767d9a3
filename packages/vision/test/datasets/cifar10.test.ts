import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { datasets, encodePng, type PixelImage } from '@dl/vision'
import { packTar } from 'modern-tar'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { messageOf, picture } from '../kit'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dl-vision-'))
  vi.stubEnv('DL_DATA', folder)
  vi.stubEnv('DL_CACHE', join(folder, 'cache'))
})
afterEach(async () => {
  vi.unstubAllEnvs()
  vi.unstubAllGlobals()
  await rm(folder, { recursive: true, force: true })
})

async function write(name: string, bytes: Uint8Array): Promise<string> {
  const path = join(folder, name)
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, bytes)
  return path
}

/** Records of these labels; pixel p of colour c is 50 c + p modulo 50. */
const records = (...labels: number[]) =>
  Uint8Array.from({ length: labels.length * 3073 }, (_, i) => {
    const at = (i % 3073) - 1
    return at < 0 ? labels[Math.floor(i / 3073)]! : 50 * Math.floor(at / 1024) + ((at % 1024) % 50)
  })
const BINARY = [
  ['cifar-10-batches-bin/batches.meta.txt', new Uint8Array(3)],
  ['cifar-10-batches-bin/data_batch_2.bin', records(3)],
  ['cifar-10-batches-bin/data_batch_1.bin', records(9, 0)],
  ['cifar-10-batches-bin/test_batch.bin', records(7)],
] as const
const tarOf = (members: readonly (readonly [string, Uint8Array])[]) =>
  packTar(members.map(([name, body]) => ({ header: { name, size: body.length }, body })))
const pictures = () =>
  tarOf(
    ['test/cat/0.png', 'test/dog/0.png', 'train/cat/0.png', 'train/dog/0.png'].map(
      (name, i) => [name, encodePng(picture(i))] as const,
    ),
  )

describe('datasets.cifar10', () => {
  it('reads the original records', async () => {
    await write('cifar10/cifar-10-binary.tar.gz', await tarOf(BINARY))
    const set = await datasets.cifar10()
    expect([set.source, set.classes.length, set.train.map(({ label }) => label)]).toEqual([
      'DL_DATA',
      10,
      [9, 0, 3],
    ])
    expect(set.validation.map(({ name }) => name)).toEqual([
      'cifar-10-batches-bin/test_batch.bin[0]',
    ])
    const { data, width } = (set.train[2]!.image as () => PixelImage)()
    expect([width, ...data.slice(0, 6)]).toEqual([32, 0, 50, 100, 1, 51, 101])
  })

  it('downloads the original records and keeps nothing else', async () => {
    vi.stubEnv('DL_DATA', '')
    const asked: string[] = []
    vi.stubGlobal('fetch', async (url: string) => {
      asked.push(url)
      return new Response('an error page')
    })
    const wrong =
      /cifar10.cifar-10-binary.tar.gz from https:.* has the SHA-256 sum .*; expected c4a38c50/
    expect(await messageOf(datasets.cifar10())).toMatch(wrong)
    // what somebody else has put into the cache is not taken for them
    await write('cache/cifar10/cifar-10-binary.tar.gz', await tarOf(BINARY))
    const message = await messageOf(datasets.cifar10())
    expect(message).toMatch(/has changed since it was kept and is not used; /)
    expect(message).toMatch(wrong)
    const url = 'https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz'
    expect(asked).toEqual([url, url])
  })

  it('takes pictures where they are, and tiny ones from their own folder', async () => {
    await write('cifar10/cifar-10-binary.tar.gz', await tarOf(BINARY))
    await write('cifar10/cifar10-jpg.tar.gz', await pictures())
    expect((await datasets.cifar10()).classes).toEqual(['cat', 'dog'])
    expect((await datasets.cifar10({ form: 'binary' })).classes.length).toBe(10)
    await write('cifar10/tiny/train/cat/0.png', encodePng(picture(1)))
    await write('cifar10/tiny/test/cat/0.png', encodePng(picture(1)))
    const tiny = await datasets.cifar10({ tiny: true })
    expect([tiny.name, tiny.train.length, tiny.source]).toEqual(['cifar10 tiny', 1, 'DL_DATA'])
  })

  it('makes a tiny set of the first of each class', async () => {
    const many = Array.from({ length: 24 }, (_, i) => i % 2)
    await write(
      'cifar10/cifar-10-binary.tar.gz',
      await tarOf([
        ['data_batch_1.bin', records(...many)],
        ['test_batch.bin', records(...many)],
      ]),
    )
    const { train, validation } = await datasets.cifar10({ tiny: true })
    expect([train.length, validation.length]).toEqual([20, 8])
  })

  it('takes your own archive or folder of either form', async () => {
    vi.stubEnv('DL_DATA', '')
    const forms = [
      await write('mine/p.tgz', await pictures()),
      await write('mine/r.tar', await tarOf(BINARY)),
    ]
    for (const [name, bytes] of BINARY) await write(`records/${name.split('/')[1]}`, bytes)
    for (const part of ['train', 'test']) await write(`x/${part}/cat/0.png`, encodePng(picture(1)))
    forms.push(join(folder, 'records'), join(folder, 'x'))
    const sets = await Promise.all(forms.map(from => datasets.cifar10({ from })))
    expect(sets.map(({ train }) => train.length)).toEqual([2, 3, 3, 1])
    expect(sets.every(({ source }) => source === 'given')).toBe(true)
  })

  it('takes the archive of the lesson', async () => {
    const names = ['train/0_frog.png', 'train/10_cat.png', 'test/7_cat.png', 'test/3_frog.png']
    const files = names.map((name, i) => [`cifar/${name}`, encodePng(picture(i))] as const)
    const from = await write('cifar.tgz', await tarOf([...files, ['labels.txt', records(1)]]))
    const { classes, train, validation } = await datasets.cifar10({ from })
    expect(classes).toEqual(['cat', 'frog'])
    expect([train, validation].map(part => part.map(({ name }) => name))).toEqual([
      ['cifar/train/cat/10.png', 'cifar/train/frog/0.png'],
      ['cifar/test/cat/7.png', 'cifar/test/frog/3.png'],
    ])
  })

  it('says what it misses and what is wrong', async () => {
    expect(await messageOf(datasets.cifar10({ form: 'images' }))).toMatch(
      /has no cifar10\/cifar10-jpg.tar.gz; expected the environment variable DL_DATA/,
    )
    const from = async (...members: (readonly [string, Uint8Array])[]) =>
      messageOf(datasets.cifar10({ from: await write('x.tar', await tarOf(members)) }))
    expect(await from(['data_batch_1.bin', records(1)])).toMatch(
      /has 1 pictures to train on and 0 to test/,
    )
    expect(await from(['data_batch_1.bin', new Uint8Array(3072)])).toMatch(
      /^data_batch_1.bin has 3072 bytes; expected a multiple of 3073/,
    )
    expect(await from(['test_batch.bin', records(1, 10)])).toBe(
      'record 1 of test_batch.bin has the label 10; expected 0 to 9.',
    )
  })
})
