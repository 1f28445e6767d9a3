/** Pictures of one folder, labelled by a table: a name and its labels in each row. */
import { checkOptions, DlError, showValue } from '@dl/core'
import { files } from '@dl/data'
import { requireReadable } from './check-pictures'
import { testItems } from './from-paths'
import { heldOut } from './held-out'
import type { ImageItem, ImageSet } from './image-set'
import { requireNames } from './names'
import { isPictureName, tellOf } from './picture-files'
import { type SetOptions, setOptions } from './set-options'
import { readTable, type TableOptions, type TableRow } from './table'
import { type LabelledRow, type LabelOptions, splitLabels } from './table-labels'

export interface CsvOptions extends SetOptions, TableOptions, LabelOptions {
  /** Rows to judge by, counted from 0 without the header (default: by `validFraction`). */
  validationIndices?: readonly number[]
  /** What the table's names lack: `.jpg`. */
  suffix?: string
  /** A folder below `path` of pictures without labels, or of classes of them. */
  test?: string
}

/** Names of all of them. */
export const csvOptions = [
  ...setOptions,
  'header',
  'delimiter',
  'columns',
  'multi',
  'catSeparator',
  'validationIndices',
  'suffix',
  'test',
] as const satisfies readonly (keyof CsvOptions)[]

const HELD_OUT = 0.2

/**
 * Rows are held out as `validationIndices` has it, else `validFraction`, else the column `is_valid`,
 * else a fifth of them is.
 *
 * @param path the folder that `folder` and `csv` lie in
 * @throws DlError `bad-csv` for a row that is no name and labels, a name that comes twice or has no
 *   file, labels that may be one or several, a label that is none of `classes`; `one-sided-class` for
 *   one that only held-out rows have; `bad-image`, `bad-option`, `not-found`
 */
export async function imagesFromCsv(
  path: string,
  folder: string,
  csv: string,
  options: CsvOptions = {},
): Promise<ImageSet> {
  checkOptions('imagesFromCsv', options, csvOptions)
  return imagesOfTable(path, folder, csv, options)
}

export async function imagesOfTable(
  path: string,
  folder: string,
  csv: string,
  options: CsvOptions,
): Promise<ImageSet> {
  const { suffix = '', test: testName } = options
  requireNames({
    path: path ?? null,
    folder: folder ?? null,
    csv: csv ?? null,
    suffix,
    test: testName,
  })
  const place = files.join(path, folder)
  const table = files.join(path, csv)
  const fileOf = (image: string) => files.join(place, image + suffix)
  // a page cannot tell what is there
  const isThere = async (image: string) =>
    isPictureName(image) ||
    (files.cacheFolder() !== null && image !== '' && files.exists(fileOf(image)))
  const read = await readTable(await files.readText(table), table, options, isThere)
  requireInside(read, table, place)
  const { rows, isMulti } = splitLabels(read, table, options, options.classes)
  await requireFiles(rows, table, place, suffix)
  const classes = options.classes ?? [...labelsOf(rows)].sort()
  requireKnown(rows, table, classes)
  const number = new Map(classes.map((name, i) => [name, i]))
  const items = rows.map(({ image, labels }): ImageItem => {
    const numbers = labels.map(name => number.get(name)!)
    return { image: fileOf(image), label: isMulti ? numbers : numbers[0]! }
  })
  const held = heldRows(rows, items, options)
  if (options.classes === undefined) requireLearnable(rows, table, held)
  const passedOver: string[] = []
  const test =
    options.test === undefined
      ? undefined
      : await testItems(path, classes, options.test, passedOver)
  await requireReadable([...items, ...(test ?? [])], options)
  tellOf(passedOver, path, options.onPassedOver)
  return {
    classes,
    train: items.filter((_, i) => !held.has(i)),
    validation: items.filter((_, i) => held.has(i)),
    ...(test && { test }),
  }
}

/** A table from elsewhere may name any file of this machine. */
function requireInside(rows: readonly TableRow[], table: string, folder: string): void {
  for (const { at, image } of rows) {
    let depth = 0
    // a page's URLs may have their dots escaped
    for (const part of image.replace(/%2e/gi, '.').split(/[\\/]/)) {
      if (part !== '' && part !== '.') depth += part === '..' ? -1 : 1
      if (depth >= 0) continue
      throw new DlError('bad-csv', {
        problem: `row ${at} of ${table} names ${JSON.stringify(image)}, which lies outside ${folder}`,
        expected: 'pictures of that folder',
        fix: 'Name a folder that all of them lie in.',
      })
    }
  }
}

function heldRows(
  rows: readonly LabelledRow[],
  items: readonly ImageItem[],
  { validationIndices, validFraction, splitSeed, columns }: CsvOptions,
): Set<number> {
  const given = { validationIndices, validFraction, 'columns.valid': columns?.valid }
  const names = Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : name))
  if (names.length > 1) {
    throw new DlError('bad-option', {
      problem: `${names.join(' and ')} are given`,
      expected: 'one of them to say what is held out',
    })
  }
  if (validationIndices !== undefined) return new Set(requireRows(validationIndices, rows.length))
  if (validFraction === undefined && rows[0]?.isValid !== undefined) {
    return new Set(rows.flatMap(({ isValid }, i) => (isValid ? [i] : [])))
  }
  const labels = items.map(({ label }) => label!)
  return heldOut(labels, validFraction ?? HELD_OUT, splitSeed)
}

const labelsOf = (rows: readonly LabelledRow[]) => new Set(rows.flatMap(({ labels }) => labels))

function requireKnown(
  rows: readonly LabelledRow[],
  table: string,
  classes: readonly string[],
): void {
  const known = new Set(classes)
  for (const { at, labels } of rows) {
    const odd = labels.find(label => !known.has(label))
    if (odd === undefined) continue
    throw new DlError('bad-csv', {
      problem: `row ${at} of ${table} has the label ${JSON.stringify(odd)}, which is none of the classes`,
      expected: `some of ${classes.join(', ')}`,
    })
  }
}

function requireLearnable(
  rows: readonly LabelledRow[],
  table: string,
  held: ReadonlySet<number>,
): void {
  const learnt = labelsOf(rows.filter((_, i) => !held.has(i)))
  const rest = rows.filter((_, i) => held.has(i))
  const [odd, ...more] = [...labelsOf(rest)].filter(label => !learnt.has(label))
  if (odd === undefined) return
  const { at } = rest.find(({ labels }) => labels.includes(odd))!
  const others = more.length > 0 ? ` (and so on for ${more.length} more)` : ''
  throw new DlError('one-sided-class', {
    problem: `the label ${JSON.stringify(odd)} is in row ${at} of ${table}, which is held out, and in none to learn from${others}`,
    expected: 'each label in a row to learn from',
    fix: 'Hold out others (validationIndices, splitSeed), or list all labels in classes to go on regardless.',
  })
}

/** All at once and now: not in the middle of an epoch. A page cannot tell. */
async function requireFiles(
  rows: readonly LabelledRow[],
  table: string,
  folder: string,
  suffix: string,
): Promise<void> {
  if (files.cacheFolder() === null) return
  const there = new Set(await files.list(folder))
  const missing: (LabelledRow & { file: string })[] = []
  for (const row of rows) {
    const file = files.join(folder, row.image + suffix)
    // names may lead into folders of the folder
    if (!there.has(file) && !(await files.exists(file))) missing.push({ ...row, file })
  }
  const [first] = missing
  if (first === undefined) return
  const near = [...there].find(file => file.startsWith(`${first.file}.`))
  const lacking = near === undefined ? '.jpg' : near.slice(first.file.length)
  throw new DlError('bad-csv', {
    problem:
      missing.length === 1
        ? `row ${first.at} of ${table} names ${first.file}, which does not exist`
        : `${table} names ${missing.length} files that do not exist, the first is ${first.file} in row ${first.at}`,
    expected: `a picture for each of the ${rows.length} rows`,
    fix: `If the names lack it, give a suffix: suffix: '${lacking}'.`,
  })
}

function requireRows(held: unknown, rows: number): readonly number[] {
  if (!Array.isArray(held)) {
    throw new DlError('bad-option', {
      problem: `validationIndices is ${showValue(held)}`,
      expected: 'a list of numbers of rows',
    })
  }
  for (const row of held) {
    if (Number.isInteger(row) && row >= 0 && row < rows) continue
    throw new DlError('bad-option', {
      problem: `validationIndices has ${showValue(row)}`,
      expected: `integers from 0 to ${rows - 1}`,
    })
  }
  return held
}
