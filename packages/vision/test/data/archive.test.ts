import { encodePng, ImageClassifierData, imagesFromArchive } from '@dl/vision'
import { zipSync } from 'fflate'
import { packTar } from 'modern-tar'
import { describe, expect, it } from 'vitest'
import { readArchive } from '../../src/data/archive'
import { messageOf, picture, probes, seen } from '../kit'

const gzip = async (bytes: Uint8Array) => {
  const packed = new Blob([bytes as Uint8Array<ArrayBuffer>])
    .stream()
    .pipeThrough(new CompressionStream('gzip'))
  return new Uint8Array(await new Response(packed).arrayBuffer())
}
const file = (name: string, body: Uint8Array | string = name) => ({
  header: { name, size: body.length },
  body,
})
const png = (name: string, seed: number) => file(name, encodePng(picture(seed)))
const folder = (name: string) => ({
  header: { name, size: 0, type: 'directory' as const },
})

describe('readArchive', () => {
  it('gives the files, packed or not, and passes over folders and hidden files', async () => {
    const tar = await packTar([
      folder('a/'),
      file('a/1.txt'),
      file('./a/2.txt'),
      file('a/._1.txt'),
      file('a/.DS_Store'),
      file(`${'deep/'.repeat(40)}3.txt`),
    ])
    for (const bytes of [tar, await gzip(tar)]) {
      const members = await readArchive(bytes, 'x.tar')
      expect(members.map(({ name }) => name)).toEqual([
        'a/1.txt',
        'a/2.txt',
        `${'deep/'.repeat(40)}3.txt`,
      ])
      expect(new TextDecoder().decode(members[0]!.bytes)).toBe('a/1.txt')
    }
  })

  it('reads zip archives, stored and deflated, whoever wrote them', async () => {
    const text = new TextEncoder().encode('some text, some text, some text')
    for (const level of [0, 9] as const) {
      const zip = zipSync(
        {
          'a/1.txt': text,
          b: { 'ü.txt': text, '.DS_Store': text, c: {} },
          'd\\2.txt': text,
          '__MACOSX/a/._1.txt': text,
        },
        { level },
      )
      const members = await readArchive(zip, 'x.zip')
      expect(members.map(({ name }) => name)).toEqual(['a/1.txt', 'b/ü.txt', 'd/2.txt'])
      expect(members.every(({ bytes }) => `${bytes}` === `${text}`)).toBe(true)
    }
    expect(await messageOf(readArchive(zipSync({ '../x.txt': text }), 'x.zip'))).toMatch(
      'x.zip holds "../x.txt", a name that leads out of the archive;',
    )
    expect(
      await messageOf(readArchive(zipSync({ 'a/1.txt': text, 'a\\1.txt': text }), 'x.zip')),
    ).toMatch('x.zip holds "a/1.txt", a name that comes twice;')
    const locked = zipSync({ 'a.txt': text })
    locked[6]! |= 1
    expect(await messageOf(readArchive(locked, 'x.zip'))).toMatch(
      /^x.zip is a zip archive locked by a password;/,
    )
    expect(await readArchive(zipSync({}), 'x.zip')).toEqual([])
  })

  it.each([
    [file('../x.txt'), 'a name that leads out of the archive'],
    [file('a/../../x.txt'), 'a name that leads out of the archive'],
    [file('/etc/passwd'), 'a name that leads out of the archive'],
    [{ header: { name: 'l', size: 0, type: 'symlink' as const, linkname: '/etc' } }, 'a symlink'],
    [{ header: { name: 'l', size: 0, type: 'link' as const, linkname: 'a' } }, 'a link'],
    [{ header: { name: 'd', size: 0, type: 'character-device' as const } }, 'a character-device'],
  ])('refuses $0.header.name', async (member, what) => {
    expect(await messageOf(readArchive(await packTar([member]), 'x.tar'))).toBe(
      `x.tar holds "${member.header.name}", ${what}; expected folders and files alone, each once. Do not trust it, or unpack it yourself and give the folder.`,
    )
  })

  it.each([
    ['the same', file('a/1.txt')],
    ['the same, written otherwise', file('./a//1.txt')],
  ])('refuses a name that comes twice: %s', async (_, second) => {
    expect(await messageOf(readArchive(await packTar([file('a/1.txt'), second]), 'x.tar'))).toMatch(
      'x.tar holds "a/1.txt", a name that comes twice;',
    )
  })

  it('stops unpacking what grows a thousandfold', async () => {
    const zeros = new Uint8Array(66 * 2 ** 20)
    for (const bomb of [await gzip(zeros), zipSync({ 'a.txt': zeros })]) {
      expect(await messageOf(readArchive(bomb, 'x'))).toMatch(
        /^x unpacks to more than 67108864 bytes/,
      )
    }
  })

  it('refuses what is damaged', async () => {
    const tar = await packTar([file('a.txt', 'x'.repeat(5000))])
    const packed = await gzip(tar)
    const zip = zipSync({ 'a.txt': new Uint8Array(5000) }, { level: 0 })
    const flipped = tar.slice()
    flipped[100]! ^= 1
    for (const bytes of [
      tar.subarray(0, 2000),
      tar.subarray(0, 512 + 5120),
      packed.subarray(0, packed.length / 2),
      flipped,
      new Uint8Array(0),
      zip.subarray(0, -100),
      zip.subarray(0, 2000),
    ]) {
      expect(await messageOf(readArchive(bytes, 'x.tar'))).toMatch(
        /^x\.tar is damaged: .*; expected the whole file\. Fetch it again\.$/,
      )
    }
  })

  it.each([
    ['BZh91AY&SY', 'packed by bzip2'],
    ['\xfd7zXZ\0', 'packed by xz'],
    ["7z\xbc\xaf'\x1c", 'a 7z archive'],
    ['(\xb5/\xfd', 'packed by zstd'],
    ['Rar!\x1a\x07\0', 'a rar archive'],
  ])('says what %j is', async (start, what) => {
    const bytes = Uint8Array.from({ length: 1024 }, (_, i) =>
      i < start.length ? start.charCodeAt(i) : 65,
    )
    expect(await messageOf(readArchive(bytes, 'x.tar'))).toBe(
      `x.tar is ${what}; expected a tar archive, packed by gzip or not, or a zip archive. Unpack it yourself and give the folder.`,
    )
  })

  it('says what a server sent instead, packed or not', async () => {
    const page = new TextEncoder().encode('<!DOCTYPE html>'.repeat(99))
    for (const bytes of [page, await gzip(page)]) {
      expect(await messageOf(readArchive(bytes, 'x.tar.gz'))).toBe(
        'x.tar.gz is a web page (HTML); expected a tar archive, packed by gzip or not, or a zip archive. A server may have answered so for want of a login or a file: fetch it again and look.',
      )
    }
  })
})

describe('imagesFromArchive', () => {
  it('labels by folder at any depth, in order of names', async () => {
    const tar = await packTar([
      file('set/readme.txt'),
      png('set/valid/dogs/9.png', 4),
      png('set/train/dogs/2.png', 3),
      png('set/train/cats/2.png', 2),
      png('set/train/cats/1.png', 1),
      png('set/valid/cats/9.png', 5),
      png('set/logo.png', 6),
    ])
    const data = await ImageClassifierData.fromArchive(tar, { tfms: probes })
    expect([data.classes, data.files.train]).toEqual([
      ['cats', 'dogs'],
      ['set/train/cats/1.png', 'set/train/cats/2.png', 'set/train/dogs/2.png'],
    ])
    const { pictures, targets } = await seen(data.fix)
    expect(pictures.map(([value]) => value)).toEqual([1, 2, 3].map(i => picture(i).data[0]))
    expect(targets).toEqual([0, 0, 1])
  })

  it('numbers classes as folders do', async () => {
    const names = ['train', 'valid'].flatMap(part =>
      ['cat-2', 'cat', 'cat 3'].map(name => `${part}/${name}/1.png`),
    )
    const set = await imagesFromArchive(await packTar(names.map(png)))
    expect(set.classes).toEqual(['cat', 'cat 3', 'cat-2'])
    expect(set.train.map(({ label }) => label)).toEqual([0, 1, 2])
    expect(set.train.map(({ name }) => name)).toEqual([
      'train/cat/1.png',
      'train/cat 3/1.png',
      'train/cat-2/1.png',
    ])
  })

  it('has a test set, with labels or without', async () => {
    const both = [png('x/train/cats/1.png', 1), png('x/valid/cats/1.png', 2)]
    const testOf = async (...names: string[]) => {
      const tar = await packTar([...both, ...names.map(png)])
      return (await imagesFromArchive(tar, { test: 'test' })).test!
    }
    const labels = async (...names: string[]) =>
      (await testOf(...names)).map(({ name, label }) => [name, label])
    expect(await labels('x/test/2.png', 'x/test/1.png')).toEqual([
      ['x/test/1.png', undefined],
      ['x/test/2.png', undefined],
    ])
    expect(await labels('x/test/cats/1.png')).toEqual([['x/test/cats/1.png', 0]])
    expect(await messageOf(testOf('x/test/fish/1.png'))).toBe(
      'the class fish has a folder in test and is none of the classes to learn; expected some of cats.',
    )
    expect(await messageOf(testOf())).toBe(
      'none of the 2 pictures in the archive is in a folder test; expected test/<picture> or test/<class>/<picture>.',
    )
  })

  it('takes pictures in folders of a class, and classes that are called as parts are', async () => {
    const names = [
      'train/train/1.png',
      'train/cat/deep/2.png',
      'valid/train/3.png',
      'valid/cat/4.png',
    ]
    const set = await imagesFromArchive(await packTar(names.map(png)))
    expect(set.classes).toEqual(['cat', 'train'])
    expect(set.train.map(({ name }) => name)).toEqual(['train/cat/deep/2.png', 'train/train/1.png'])
    const zip = zipSync(
      Object.fromEntries(names.map((name, i) => [`train/${name}`, encodePng(picture(i))])),
    )
    expect((await imagesFromArchive(zip)).validation.length).toBe(2)
  })

  it('holds out a fraction of those that are in no parts', async () => {
    const names = ['a', 'b'].flatMap(name =>
      Array.from({ length: 10 }, (_, i) => `pets/${name}/${i}.png`),
    )
    const tar = await packTar([
      ...names.map(png),
      png('pets/logo.png', 1),
      png('pets/test/9.png', 2),
    ])
    const passedOver: string[] = []
    const set = await imagesFromArchive(tar, {
      validFraction: 0.3,
      test: 'test',
      onPassedOver: files => passedOver.push(...files),
    })
    expect([set.classes, set.train.length, set.validation.length]).toEqual([['a', 'b'], 14, 6])
    expect(set.validation.map(({ label }) => label)).toEqual([0, 0, 0, 1, 1, 1])
    expect([set.test!.length, passedOver]).toEqual([1, ['pets/logo.png']])
    const again = await imagesFromArchive(await packTar(names.toReversed().map(png)), {
      validFraction: 0.3,
    })
    expect(again.validation.map(({ name }) => name)).toEqual(set.validation.map(({ name }) => name))
    const one = await imagesFromArchive(await packTar(names.slice(0, 10).map(png)), {
      validFraction: 0.2,
    })
    expect([one.classes, one.validation.length]).toEqual([['a'], 2])
    const both = await packTar(['train/a/1.png', 'valid/a/1.png'].map(png))
    expect(await messageOf(imagesFromArchive(both, { validFraction: 0.5 }))).toMatch(
      /^the archive has folders train and valid, and validFraction is given;/,
    )
  })

  it('refuses what is no picture, and tells of what it passes over', async () => {
    const both = [png('train/a/1.png', 1), png('valid/a/1.png', 2), file('readme.txt')]
    const tar = await packTar([
      ...both,
      file('train/a/2.jpg', '<html>'),
      file('train/a/3.jpg', 'text'),
    ])
    expect(await messageOf(imagesFromArchive(tar))).toBe(
      "train/a/2.jpg is a web page (HTML) (and so on for 1 more of 4); expected a whole JPEG, PNG, WebP or AVIF file. A server may have answered so for want of a login or a file: fetch it again and look; onBadImage: 'skip' leaves such pictures out.",
    )
    const data = await ImageClassifierData.fromArchive(tar, { tfms: probes, onBadImage: 'skip' })
    await seen(data.fix)
    expect(data.skipped.map(({ name }) => name)).toEqual(['train/a/2.jpg', 'train/a/3.jpg'])
    const odd = await packTar([...both, file('valid/notes.md'), file('train/a/Thumbs.db')])
    let told: readonly string[] = []
    await imagesFromArchive(odd, { onPassedOver: files => (told = files) })
    expect(told).toEqual(['valid/notes.md'])
  })

  it('refuses other layouts', async () => {
    const lone = await packTar([png('train/cats/1.png', 1)])
    expect(await messageOf(imagesFromArchive(lone))).toMatch(
      /^the class cats has a folder in train and none in valid of the archive;/,
    )
    expect(await messageOf(imagesFromArchive(await packTar([png('cats/1.png', 1)])))).toBe(
      'none of the 1 pictures in the archive is in a folder train; expected train/<class>/<picture>, as in train/cats/1.jpg.',
    )
    expect(await messageOf(imagesFromArchive('no/such.tar'))).toMatch(/no.such.tar/)
  })
})
