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

  it.each(['../secret', 'a/../../secret', '..\\secret', '%2e%2E/secret'])(
    'refuses a name that leads out of the folder: %s',
    async name => {
      await writeFile(join(folder, 'secret.png'), encodePng(picture(0)))
      expect(await complaint(`${TEN}${name},cat\n`)).toBe(
        `row 12 of <folder>/labels.csv names ${JSON.stringify(name)}, which lies outside <folder>/pictures; expected pictures of that folder. Name a folder that all of them lie in.`,
      )
    },
  )

  it('takes a name that comes back into the folder', async () => {
    const { train, validation } = await load(TEN.replace('p0', 'no/../p0'))
    expect(train.length + validation.length).toBe(10)
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

  it('holds out the share of each class that is asked for', async () => {
    const labels = async (options: object) =>
      (await load(TEN, options)).validation.map(({ label }) => label)
    expect((await labels({ validFraction: 0.4 })).toSorted()).toEqual([0, 0, 1, 1])
    expect(await labels({ validFraction: 0.4 })).toEqual(await labels({ validFraction: 0.4 }))
    expect(await complaint(TEN, { validFraction: 0.4, validationIndices: [1] })).toBe(
      'validationIndices and validFraction are given; expected one of them to say what is held out.',
    )
    // a class of one picture stays in training
    const csv = `${TEN}q,bird\n`
    await writeFile(join(folder, 'pictures', 'q.png'), encodePng(picture(9)))
    expect((await load(csv, { validFraction: 0.5 })).classes).toEqual(['bird', 'cat', 'dog'])
  })

  it('has any number of labels where it is told what stands between them', async () => {
    const csv = `${HEADER}p0,clear  primary clear\np1,\np2,"clear"\n`
    for (const options of [{ catSeparator: ' ' }, { multi: true }]) {
      const set = await load(csv, { validationIndices: [2], ...options })
      expect(set.classes).toEqual(['clear', 'primary'])
      expect([...set.train, ...set.validation].map(({ label }) => label)).toEqual([[0, 1], [], [0]])
    }
    const single = `${HEADER}p0,a\np1,\np2,b\n`
    const set = await load(single, { validationIndices: [1], multi: true })
    expect([...set.train, ...set.validation].map(({ label }) => label)).toEqual([[0], [1], []])
  })

  it.each([
    ['an empty cell', '', 'row 3 of <folder>/labels.csv has no label; expected one in each row.'],
    ['a blank', ' ', 'row 3 of <folder>/labels.csv has no label; expected one in each row.'],
    [
      'a label twice',
      'cat cat',
      'row 3 of <folder>/labels.csv has "cat cat", which may be one label or several; expected to be told which. Say multi: false if it is one; catSeparator: " " if that stands between labels.',
    ],
    ['two words', 'golden retriever', 'has "golden retriever", which may be one label or several;'],
    ['a bar', 'cat|dog', 'catSeparator: "|" if that stands between labels.'],
    ['a quoted comma', '"cat, black"', 'has "cat, black", which may be one label or several;'],
  ])('does not take %s for another task', async (_, cell, message) => {
    const csv = TEN.replace('p1,dog', `p1,${cell}`)
    expect(await complaint(csv)).toContain(message)
    expect(await complaint(csv, { multi: false })).toBe(
      cell.trim() === ''
        ? 'row 3 of <folder>/labels.csv has no label; expected one in each row. Mend the row or take it out; multi: true if a picture may have any number of labels.'
        : 'nothing was thrown',
    )
  })

  it('tells labels of several words from several by the classes', async () => {
    const csv = `${HEADER}p0,golden retriever\np1,beagle\np2,beagle\n`
    const options = { validationIndices: [1] }
    const classes = ['beagle', 'golden retriever']
    for (const more of [{ classes }, { multi: false }]) {
      const set = await load(csv, { ...options, ...more })
      expect([set.classes, set.train[0]!.label]).toEqual([classes, 1])
    }
    expect(await complaint(csv, { ...options, multi: false, catSeparator: ' ' })).toMatch(
      /^row 2 of .* has the labels golden, retriever; expected one in each row/,
    )
  })

  it('counts a label once, with blanks around it or not', async () => {
    const csv = `${HEADER}p0, a\np1,a |a\np2,b\n`
    const set = await load(csv, { catSeparator: '|', validationIndices: [1] })
    expect([set.classes, set.validation[0]!.label]).toEqual([['a', 'b'], 0])
    expect(await complaint(csv, { catSeparator: '' })).toMatch(/^catSeparator is ""; expected what/)
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

  const named = (text: string, options = {}) =>
    load(text, { suffix: '', validationIndices: [0], classes: ['cat', 'dog'], ...options }).then(
      ({ classes, train, validation }) => [
        classes.join(),
        ...[...train, ...validation].map(({ image }) => basename(image as string)),
      ],
      (error: Error) => error.message.replaceAll(folder, '<folder>'),
    )
  const BOTH = ['cat,dog', 'p2.png', 'p1.png']

  it.each([
    ['commas', 'f,l\np1.png,cat\np2.png,dog\n'],
    ['blanks behind commas', 'f, l\np1.png, cat\np2.png, dog\n'],
    ['quotes behind blanks', '"f", "l"\n"p1.png", "cat"\n"p2.png", "dog"\n'],
    ['semicolons', 'f;l\np1.png;cat\np2.png;dog\n'],
    ['tabs', 'f\tl\np1.png\tcat\np2.png\tdog\n'],
    ['no row of names', 'p1.png,cat\np2.png,dog\n'],
    ['no row of names, semicolons', 'p1.png;cat\np2.png;dog'],
    ['quoted names with commas in them', '"f, or so";l\np1.png;cat\np2.png;dog'],
    ['line ends of Windows', 'f,l\r\np1.png,cat\r\np2.png,dog\r\n'],
    ['line ends of old', 'f,l\rp1.png,cat\rp2.png,dog\r'],
    ['a mark and empty lines', '\ufefff,l\n\np1.png,cat\n  \np2.png,dog\n,\n'],
  ])('reads %s', async (_, text) => {
    expect(await named(text)).toEqual(BOTH)
  })

  it('takes columns by name or number', async () => {
    const text = ',size,breed,file\n0,7,cat,p1.png\n1,8,dog,p2.png\n'
    expect(await named(text, { columns: { image: 'file', label: 'breed' } })).toEqual(BOTH)
    expect(await named(text, { columns: { image: 3, label: 2 } })).toEqual(BOTH)
    const bare = text.slice(text.indexOf('\n') + 1)
    expect(await named(bare, { columns: { image: 3, label: 2 } })).toEqual(BOTH)
    expect(await named(text)).toBe(
      '<folder>/labels.csv has 4 columns: ["","size","breed","file"]; expected two, a picture and its labels, and is_valid if you like. Say which they are, columns: { image: \'file\', label: \'breed\' }, or what is between them, delimiter: \'|\'.',
    )
    expect(await named(text, { columns: { image: 'file', label: 'bread' } })).toBe(
      'columns has label: "bread", which <folder>/labels.csv lacks; expected one of "", "size", "breed", "file", or a number from 0 to 3. Did you mean breed?',
    )
    expect(await named(text, { columns: { image: 'file', label: 4 } })).toMatch(/label: 4, which/)
    expect(await named('f|l\np1.png|cat\np2.png|dog')).toMatch(/has 1 column: \["f\|l"\]/)
    expect(await named('f|l\np1.png|cat\np2.png|dog', { delimiter: '|' })).toEqual(BOTH)
  })

  it('takes what to judge by from a column', async () => {
    const told = (values: string[]) =>
      `f,l,is_valid\n${values.map((value, i) => `p${i + 1}.png,${i % 2 ? 'dog' : 'cat'},${value}`).join('\n')}`
    for (const values of [
      ['True', 'False', 'false', 'FALSE'],
      ['1', '0', '0', '0'],
    ]) {
      expect(await named(told(values), { validationIndices: undefined })).toEqual([
        'cat,dog',
        'p2.png',
        'p3.png',
        'p4.png',
        'p1.png',
      ])
    }
    const other = told(['0', '1', '1', '1']).replace('is_valid', 'held')
    const columns = { image: 'f', label: 'l', valid: 'held' }
    const options = { columns, validationIndices: undefined, classes: ['cat', 'dog'] }
    expect(await named(other, options)).toEqual(['cat,dog', 'p1.png', 'p2.png', 'p3.png', 'p4.png'])
    expect(await named(other, { ...options, validFraction: 0.5 })).toMatch(
      /^validFraction and columns.valid are given/,
    )
    // what is asked for goes before what is there
    expect((await named(told(['1', '0', '0', '0']), { validationIndices: [3] })).at(-1)).toBe(
      'p4.png',
    )
    expect(await named(told(['1', 'x']))).toBe(
      'row 3 of <folder>/labels.csv has "x" where it says whether it is held out; expected true or false, 1 or 0.',
    )
  })

  it('counts the files that are missing, and sees what their names lack', async () => {
    expect(await named('p1,cat\np7,dog\np99,dog')).toBe(
      "<folder>/labels.csv names 2 files that do not exist, the first is <folder>/pictures/p7 in row 2; expected a picture for each of the 2 rows. If the names lack it, give a suffix: suffix: '.png'.",
    )
    expect(await named('f,l\np1,cat\np2.png,dog')).toBe(
      "row 2 of <folder>/labels.csv names <folder>/pictures/p1, which does not exist; expected a picture for each of the 2 rows. If the names lack it, give a suffix: suffix: '.png'.",
    )
  })

  it('refuses what is no picture', async () => {
    await writeFile(join(folder, 'pictures', 'p1.png'), '<!DOCTYPE html>')
    expect(await named('p1.png,cat\np2.png,dog\n')).toMatch(
      /pictures.p1.png is a web page \(HTML\); expected/,
    )
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
    expect(await complaint(`${HEADER}p0,a\n`)).toMatch(/^validFraction 0.2 of 1 pictures/)
    expect(await messageOf(imagesFromCsv(folder, 'pictures', 'none.csv'))).toMatch(/does not exist/)
  })
})
