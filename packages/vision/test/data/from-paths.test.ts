import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { encodePng, ImageClassifierData } from '@dl/vision'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { messageOf, picture, probes, seen } from '../kit'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dl-vision-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

/** Pictures of these names; the others are text. */
async function lay(...names: string[]) {
  for (const [i, name] of names.entries()) {
    const path = join(folder, name)
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, name.endsWith('.png') ? encodePng(picture(i)) : 'text')
  }
}
const complaint = async (options = {}) =>
  (await messageOf(ImageClassifierData.fromPaths(folder, options))).replaceAll(folder, '<folder>')

const BOTH = ['train/cats/b.png', 'train/cats/a.png', 'train/dogs/c.png', 'valid/cats/d.png']

describe('ImageClassifierData.fromPaths', () => {
  it('labels by folder, sorted, and passes over what is no picture', async () => {
    await lay(...BOTH, 'valid/dogs/e.png', 'train/dogs/Thumbs.db', 'train/notes.txt', 'labels.csv')
    const data = await ImageClassifierData.fromPaths(folder, { tfms: probes, bs: 2 })
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
      'the class fish has a folder in test3 and none in training; expected some of cats, dogs.',
    )
  })

  it('takes other folders', async () => {
    await lay('a/x/1.png', 'b/x/2.png')
    const data = await ImageClassifierData.fromPaths(folder, { train: 'a', validation: 'b' })
    expect(data.classes).toEqual(['x'])
    expect(await complaint()).toBe(
      "<folder> has no folder train; expected one of its folders: a, b. Name it: train: 'training', validation: 'test'.",
    )
  })

  it('names a class that only one part has', async () => {
    await lay(...BOTH)
    expect(await complaint()).toBe(
      'the class dogs has a folder in train and none in valid of <folder>; expected the same classes in both. Add the folder, or take it out of the other part.',
    )
    await lay('valid/dogs/e.png', 'valid/fish/f.png', 'valid/gulls/g.png')
    expect(await complaint()).toMatch(
      'the class fish has a folder in valid and none in train of <folder> (and so on for 1 more)',
    )
  })

  it('names a folder without pictures', async () => {
    await lay(...BOTH)
    await mkdir(join(folder, 'valid', 'dogs'))
    expect(await complaint()).toMatch(/^the folder <folder>.valid.dogs holds no files;/)
    await lay('valid/dogs/readme.txt')
    expect(await complaint()).toMatch(/dogs holds 1 files and no picture among them;/)
    expect(await complaint({ train: 'train/cats' })).toMatch(/train.cats holds no folders/)
  })
})
