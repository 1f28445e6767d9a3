import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { encodePng, ImageClassifierData, imagesFromCsv } from '@dl/vision'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { messageOf, picture, probes, seen } from '../kit'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dl-vision-'))
  await mkdir(join(folder, 'pictures'))
  for (let i = 0; i < 10; i++) {
    await writeFile(join(folder, 'pictures', `p${i}.png`), encodePng(picture(i)))
  }
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const load = async (csv: string, options = {}) => {
  await writeFile(join(folder, 'labels.csv'), csv)
  return imagesFromCsv(folder, 'pictures', 'labels.csv', { suffix: '.png', ...options })
}
const complaint = async (csv: string, options = {}) =>
  (await messageOf(load(csv, options))).replaceAll(folder, '<folder>')
const HEADER = 'id,label\n'
const TEN =
  HEADER + Array.from({ length: 10 }, (_, i) => `p${i},${i % 2 ? 'dog' : 'cat'}\n`).join('')

describe('ImageClassifierData.fromCsv', () => {
  it('labels by the table and holds out the rows asked for', async () => {
    await writeFile(join(folder, 'labels.csv'), TEN)
    const data = await ImageClassifierData.fromCsv(folder, 'pictures', 'labels.csv', {
      suffix: '.png',
      validationIndices: [9, 1],
      tfms: probes,
    })
    expect([data.classes, data.isMulti]).toEqual([['cat', 'dog'], false])
    expect(data.files.validation.map(path => basename(path))).toEqual(['p1.png', 'p9.png'])
    expect((await seen(data.validation)).targets).toEqual([1, 1])
    expect((await seen(data.fix)).targets).toEqual([0, 0, 1, 0, 1, 0, 1, 0])
  })

  it('holds out a fifth by a seed of its own', async () => {
    const held = async (options = {}) =>
      (await load(TEN, options)).validation.map(item => item.image)
    const once = await held()
    expect(once.length).toBe(2)
    expect(await held()).toEqual(once)
    const others: unknown[] = []
    for (const splitSeed of [1, 2, 3]) others.push(await held({ splitSeed }))
    expect(others).not.toEqual([once, once, once])
  })

  it('has any number of labels once a row has not exactly one', async () => {
    const csv = `${HEADER}p0,clear primary\np1,\np2,"clear"\n`
    const set = await load(csv, { validationIndices: [2] })
    expect(set.classes).toEqual(['clear', 'primary'])
    expect([...set.train, ...set.validation].map(({ label }) => label)).toEqual([[0, 1], [], [0]])
  })

  it('takes other separators and tables without a header', async () => {
    const csv = 'p0,a dog|a cat\r\np1,a cat\r\n'
    const set = await load(csv, { header: false, catSeparator: '|', validationIndices: [1] })
    expect(set.classes).toEqual(['a cat', 'a dog'])
  })

  it('reads tables as spreadsheets write them', async () => {
    await writeFile(join(folder, 'pictures', 'a, b.png'), encodePng(picture(0)))
    const csv = '\ufeffid,label\r\n"a, b","a ""big"" dog;cat"\r\n\r\np1,"cat"\r\n'
    const set = await load(csv, { catSeparator: ';', validationIndices: [1] })
    expect(set.classes).toEqual(['a "big" dog', 'cat'])
    expect(set.train.map(({ image }) => basename(image as string))).toEqual(['a, b.png'])
    expect(set.train[0]!.label).toEqual([0, 1])
  })

  it('refuses a table without rows', async () => {
    expect(await complaint(HEADER)).toBe(
      '<folder>/labels.csv has no rows; expected a picture and its labels in each, below a row of names. A table without that row needs header: false.',
    )
  })

  it('takes the classes from you, in your order', async () => {
    const classes = ['dog', 'cat', 'fish']
    const set = await load(TEN, { classes, validationIndices: [0] })
    expect(set.classes).toBe(classes)
    expect(set.train.slice(0, 2).map(({ label }) => label)).toEqual([0, 1])
    expect(await complaint(TEN, { classes: ['cat', 'dogs'] })).toBe(
      'row 3 of <folder>/labels.csv has the label "dog", which is none of the classes; expected some of cat, dogs.',
    )
  })

  it('refuses a label that no row to learn from has, unless it is asked for', async () => {
    const csv = `${HEADER}p0,a\np1,b\np2,a\np3,c\n`
    expect(await complaint(csv, { validationIndices: [1, 2, 3] })).toBe(
      'the label "b" is in row 3 of <folder>/labels.csv, which is held out, and in none to learn from (and so on for 1 more); expected each label in a row to learn from. Hold out others (validationIndices, splitSeed), or list all labels in classes to go on regardless.',
    )
    const set = await load(csv, { validationIndices: [1], classes: ['a', 'b', 'c'] })
    expect(set.validation[0]!.label).toBe(1)
  })

  it.each([
    [
      'a name without a file',
      `${HEADER}p0,a\np77,b\n`,
      'names <folder>/pictures/p77.png, which does not exist',
    ],
    [
      'a name that comes twice',
      `${HEADER}p0,a\np0,b\n`,
      'row 3 of <folder>/labels.csv: p0 is in row 2, too',
    ],
    [
      'a row of three',
      `${HEADER}p0,a,b\n`,
      'row 2 of <folder>/labels.csv: it reads ["p0","a","b"]',
    ],
    ['a row without a name', `${HEADER},a\n`, 'row 2 of <folder>/labels.csv: it reads ["","a"]'],
    [
      'an open quotation',
      `${HEADER}p0,"a\n`,
      'row 2 of <folder>/labels.csv: Quoted field unterminated',
    ],
  ])('refuses %s', async (_, csv, message) => {
    expect(await complaint(csv, { validationIndices: [0] })).toContain(message)
  })

  it('refuses rows that are none, and a table without enough of them', async () => {
    expect(await complaint(TEN, { validationIndices: [10] })).toBe(
      'validationIndices has 10; expected integers from 0 to 9.',
    )
    expect(await complaint(`${HEADER}p0,a\n`)).toMatch(/^randomSplit got 0.2 of 1 items/)
    expect(await messageOf(imagesFromCsv(folder, 'pictures', 'none.csv'))).toMatch(/does not exist/)
  })
})
