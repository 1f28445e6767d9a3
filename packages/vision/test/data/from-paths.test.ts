import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { encodePng, ImageClassifierData, imagesFromPaths } from '@dl/vision'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { messageOf, picture, probes, seen } from '../kit'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dl-vision-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

/** Pictures of these names; the others are text. */
async function lay(...names: string[]) {
  for (const [i, name] of names.entries()) {
    await put(name, name.endsWith('.png') ? encodePng(picture(i)) : 'text')
  }
}
async function put(name: string, content: Uint8Array | string) {
  const path = join(folder, name)
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, content)
}
const complaint = async (options = {}) =>
  (await messageOf(ImageClassifierData.fromPaths(folder, options))).replaceAll(folder, '<folder>')

const BOTH = ['train/cats/b.png', 'train/cats/a.png', 'train/dogs/c.png', 'valid/cats/d.png']

describe('ImageClassifierData.fromPaths', () => {
  it('labels by folder, sorted, and passes over what is no picture', async () => {
    await lay(...BOTH, 'valid/dogs/e.png', 'train/dogs/Thumbs.db', 'train/notes.txt', 'labels.csv')
    const passedOver: string[] = []
    const data = await ImageClassifierData.fromPaths(folder, {
      tfms: probes,
      bs: 2,
      onPassedOver: files => passedOver.push(...files),
    })
    expect(passedOver).toEqual([join(folder, 'train/notes.txt')])
    expect([data.classes, data.c, data.isMulti]).toEqual([['cats', 'dogs'], 2, false])
    expect(data.files.train.map(path => relative(folder, path))).toEqual(
      ['a', 'b', 'c'].map((name, i) => join('train', i < 2 ? 'cats' : 'dogs', `${name}.png`)),
    )
    const { pictures, targets, sizes } = await seen(data.fix)
    expect([targets, sizes]).toEqual([
      [0, 0, 1],
      [2, 1],
    ])
    expect(pictures.map(([value]) => value)).toEqual([1, 0, 2].map(i => picture(i).data[0]))
    expect(data.test).toBeUndefined()
  })

  it('has a test set, with labels or without', async () => {
    await lay(...BOTH, 'valid/dogs/e.png', 'test/1.png', 'test/2.png', 'test2/dogs/3.png')
    const blind = await ImageClassifierData.fromPaths(folder, { tfms: probes, test: 'test' })
    expect((await seen(blind.test!)).targets).toEqual([0, 0])
    const labelled = await ImageClassifierData.fromPaths(folder, { tfms: probes, test: 'test2' })
    expect((await seen(labelled.testAug!)).targets).toEqual([1])
    await lay('test3/fish/1.png')
    expect(await complaint({ test: 'test3' })).toBe(
      'the class fish has a folder in test3 and is none of the classes to learn; expected some of cats, dogs.',
    )
  })

  it('takes other folders', async () => {
    await lay('a/x/1.png', 'b/x/2.png')
    const data = await ImageClassifierData.fromPaths(folder, { train: 'a', validation: 'b' })
    expect(data.classes).toEqual(['x'])
    expect(await complaint()).toBe(
      "<folder> has no folder train; expected one of its folders: a, b. Name it: train: 'training', validation: 'test'; or hold some out: validFraction: 0.2.",
    )
  })

  it('names a class that only one part has', async () => {
    await lay(...BOTH)
    expect(await complaint()).toBe(
      'the class dogs has a folder in train and none in valid of <folder>; expected the same classes in both. List all classes to go on regardless, classes: ["dogs", …]; or add the folder, which may stay empty, or take it out of train.',
    )
    await mkdir(join(folder, 'valid/dogs'))
    expect((await imagesFromPaths(folder)).classes).toEqual(['cats', 'dogs'])
    await rm(join(folder, 'valid/dogs'), { recursive: true })
    const classes = ['fish', 'dogs', 'cats', 'gulls']
    const set = await imagesFromPaths(folder, { classes })
    expect(set.classes).toBe(classes)
    expect(set.train.map(({ label }) => label)).toEqual([1, 2, 2])
    expect(await complaint({ classes: ['cats'] })).toBe(
      'the class dogs has a folder in train and is none of the classes to learn; expected some of cats.',
    )
    for (const odd of [[], 'cats', ['cats', 'cats'], [1]]) {
      expect(await complaint({ classes: odd })).toMatch(
        /^classes is .*; expected a list of names, each once/,
      )
    }
    await lay('valid/dogs/e.png', 'valid/fish/f.png', 'valid/gulls/g.png')
    expect(await complaint()).toMatch(
      'the class fish has a folder in valid and none in train of <folder> (and so on for 1 more)',
    )
  })

  it('names a folder without pictures to learn from', async () => {
    await lay(...BOTH, 'valid/dogs/e.png')
    await rm(join(folder, 'train/dogs/c.png'))
    expect(await complaint()).toMatch(/^the class dogs has no pictures in train of <folder>;/)
    await lay('test/readme.txt')
    expect(await complaint({ train: 'valid', test: 'test', classes: ['cats', 'dogs'] })).toMatch(
      /test holds 1 files and no picture among them;/,
    )
    expect(await complaint({ train: 'train/cats' })).toMatch(/train.cats holds no folders/)
  })

  it('takes pictures whatever they are called and however deep they lie', async () => {
    const png = encodePng(picture(1))
    await lay('train/cat/1.png', 'valid/cat/1.png')
    const names = ['2.jfif', '3.JPE', '4.PNG', 'deep/5.png', 'deep/er/6', 'deep/7.dat']
    for (const name of names) await put(`train/cat/${name}`, png)
    await put('train/cat/8.ppm', 'P3 1 1 255 1 2 3')
    await symlink(join(folder, 'train/cat/1.png'), join(folder, 'train/cat/9.png'))
    await symlink(join(folder, 'valid/cat'), join(folder, 'train/cat/linked'))
    const set = await imagesFromPaths(folder, { onPassedOver: names => expect(names).toEqual([]) })
    expect(
      set.train.map(({ image }) => relative(join(folder, 'train/cat'), image as string)),
    ).toEqual([
      '1.png',
      '2.jfif',
      '3.JPE',
      '4.PNG',
      '8.ppm',
      '9.png',
      'deep/5.png',
      'deep/7.dat',
      'deep/er/6',
      'linked/1.png',
    ])
  })

  it('says once what it passed over, but for what systems leave', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    await lay(...BOTH, 'valid/dogs/e.png', 'test/1.png', 'test/list.csv')
    await lay('train/dogs/a.zip', 'train/dogs/deep/b.HEIC', 'train/c.heic', 'valid/cats/license')
    for (const name of [
      'Thumbs.db',
      'desktop.ini',
      '.DS_Store',
      '__MACOSX/1.png',
      '@eaDir/1.png',
    ]) {
      await lay(`train/cats/${name}`)
    }
    const set = await imagesFromPaths(folder, { test: 'test' })
    expect([set.train.length, set.test!.length]).toEqual([3, 1])
    expect(warn.mock.calls.map(([text]) => text.replaceAll(folder, '<folder>'))).toEqual([
      "@dl/vision: passed over 5 files in <folder>, no pictures or in no folder of a class (2 .heic, 1 .zip, 1 without an ending, 1 .csv); the first is <folder>/train/c.heic. onPassedOver: 'ignore' says nothing of them.",
    ])
    warn.mockClear()
    await imagesFromPaths(folder, { onPassedOver: 'ignore' })
    expect(warn).not.toHaveBeenCalled()
    warn.mockRestore()
    expect(await complaint({ onPassedOver: 'quiet' })).toMatch(/^onPassedOver is "quiet"; expected/)
  })

  it.each([
    ['GIF89a', 'is a picture of the format gif, which is not read here'],
    ['', 'has no bytes'],
    ['text', 'does not begin as pictures do'],
    [
      'version https://git-lfs.github.com/spec/v1',
      'is a Git LFS pointer, which stands for a file that was not fetched',
    ],
  ])('refuses %j before training, unless it is to be skipped', async (content, what) => {
    await lay(...BOTH, 'valid/dogs/e.png')
    await put('train/cats/bad.jpg', content)
    await put('valid/cats/bad.jpg', content)
    expect(await complaint()).toContain(
      `<folder>/train/cats/bad.jpg ${what} (and so on for 1 more of 7); expected`,
    )
    const data = await ImageClassifierData.fromPaths(folder, { tfms: probes, onBadImage: 'skip' })
    await seen(data.fix)
    expect(data.skipped.map(({ name }) => relative(folder, name))).toEqual(['train/cats/bad.jpg'])
  })
})

describe('validFraction', () => {
  const twenty = (...classes: string[]) =>
    classes.flatMap(name => Array.from({ length: 20 }, (_, i) => `${name}/${i}.png`))
  const held = async (options = {}) => {
    const set = await imagesFromPaths(folder, { validFraction: 0.2, ...options })
    return set.validation.map(({ image }) => relative(folder, image as string))
  }

  it('holds out a share of each class, the same for the same seed', async () => {
    await lay(...twenty('cats', 'dogs'), 'rare/1.png', 'few/1.png', 'few/2.png')
    const once = await held()
    const set = await imagesFromPaths(folder, { validFraction: 0.2 })
    expect(set.classes).toEqual(['cats', 'dogs', 'few', 'rare'])
    expect([set.train.length, once.length]).toEqual([35, 8])
    expect(once.map(name => name.split('/')[0])).toEqual([
      ...Array(4).fill('cats'),
      ...Array(4).fill('dogs'),
    ])
    expect(await held()).toEqual(once)
    expect(await held({ splitSeed: 1 })).not.toEqual(once)
    const data = await ImageClassifierData.fromPaths(folder, {
      validFraction: 0.2,
      seed: 9,
      tfms: probes,
    })
    expect(data.files.validation.map(name => relative(folder, name))).toEqual(once)
  })

  it('does not depend on the order in which the file system lists', async () => {
    const names = twenty('cats', 'dogs')
    await lay(...names)
    const once = await held()
    await rm(folder, { recursive: true })
    await lay(...names.toReversed())
    expect(await held()).toEqual(once)
  })

  it('is of the folder train, where there is one of classes', async () => {
    await lay(...twenty('train/a'), 'test/1.png')
    expect((await held()).every(name => name.startsWith('train/a/'))).toBe(true)
    await lay(...twenty('valid/a'))
    expect(await complaint({ validFraction: 0.2 })).toBe(
      "<folder> has folders train and valid, and validFraction is given; expected pictures that are not in two parts already. Leave it out, or say which folder to draw from: train: 'train'.",
    )
    expect((await held({ train: 'valid' })).length).toBe(4)
    expect(await complaint({ validFraction: 0.2, validation: 'valid' })).toMatch(
      /^validation is "valid", and validFraction is given, too;/,
    )
    await rm(join(folder, 'valid'), { recursive: true })
    await rm(join(folder, 'train'), { recursive: true })
    await lay(...twenty('train', 'plane'))
    const set = await imagesFromPaths(folder, { validFraction: 0.5, test: 'test' })
    expect([set.classes, set.test!.length]).toEqual([['plane', 'train'], 1])
  })

  it.each([
    [20, 'validFraction is 20; expected a number between 0 and 1. Of 20 %, it is 0.2.'],
    [0, 'validFraction is 0; expected a number between 0 and 1.'],
    [1, 'validFraction is 1; expected a number between 0 and 1.'],
    [Number.NaN, 'validFraction is NaN; expected a number between 0 and 1.'],
    ['0.2', 'validFraction is "0.2"; expected a number between 0 and 1.'],
    [
      0.01,
      'validFraction 0.01 of 20 pictures holds out none; expected a fraction that leaves both parts a picture, and each class one to learn from.',
    ],
  ])('refuses %j', async (validFraction, message) => {
    await lay(...twenty('a'))
    expect(await complaint({ validFraction })).toBe(message)
  })
})
