/** Pictures of one folder, labelled by a table: a name and its labels in each row. */
import { DlError } from '@dl/core'
import { files, randomSplit } from '@dl/data'
import Papa from 'papaparse'
import { testItems } from './from-paths'
import type { ImageItem, ImageSet } from './image-set'

export interface CsvOptions {
  /** Rows to judge by, counted from 0 without the header (default: 20 % at random). */
  validationIndices?: readonly number[]
  /** Seed of that choice (default 42, as in fast.ai); it is not that of the loaders. */
  splitSeed?: number
  /** What the table's names lack: `.jpg`. */
  suffix?: string
  /** What stands between the labels of a picture (default: a space). */
  catSeparator?: string
  /**
   * The labels there are, in this order (default: those of the table, sorted). Others are errors
   * then, and some may be in held-out rows alone.
   */
  classes?: readonly string[]
  /** Whether the first row names the columns (default true). */
  header?: boolean
  /** A folder below `path` of pictures without labels, or of classes of them. */
  test?: string
}

interface Row {
  /** Its number in the table, from 1. */
  at: number
  image: string
  labels: readonly string[]
}

const HELD_OUT = 0.2

/**
 * @param path the folder that `folder` and `csv` lie in
 * @throws DlError `bad-csv` for a row that is no name and labels, a name that comes twice or has no
 *   file, a label that is none of `classes`; `one-sided-class` for one that only held-out rows have;
 *   `bad-option`, `not-found`
 */
export async function imagesFromCsv(
  path: string,
  folder: string,
  csv: string,
  options: CsvOptions = {},
): Promise<ImageSet> {
  const table = files.join(path, csv)
  const rows = rowsOf(await files.readText(table), table, files.join(path, folder), options)
  await requireFiles(rows, table, files.join(path, folder))
  const classes = options.classes ?? [...labelsOf(rows)].sort()
  requireKnown(rows, table, classes)
  const number = new Map(classes.map((name, i) => [name, i]))
  const multi = rows.some(({ labels }) => labels.length !== 1)
  const items = rows.map(({ image, labels }): ImageItem => {
    const numbers = labels.map(name => number.get(name)!)
    return { image, label: multi ? numbers : numbers[0]! }
  })
  const held = new Set(options.validationIndices ?? drawn(items.length, options.splitSeed))
  requireRows(held, items.length)
  if (options.classes === undefined) requireLearnable(rows, table, held)
  return {
    classes,
    train: items.filter((_, i) => !held.has(i)),
    validation: items.filter((_, i) => held.has(i)),
    ...(options.test !== undefined && { test: await testItems(path, options.test, classes) }),
  }
}

function rowsOf(text: string, table: string, folder: string, options: CsvOptions): Row[] {
  const { header = true, suffix = '', catSeparator = ' ' } = options
  const { data, errors } = Papa.parse<string[]>(text, { delimiter: ',', skipEmptyLines: true })
  const [broken] = errors
  if (broken) throw badRow(table, (broken.row ?? 0) + 1, broken.message)
  const rows = header ? data.slice(1) : data
  if (rows.length === 0) {
    throw new DlError('bad-csv', {
      problem: `${table} has no rows`,
      expected: `a picture and its labels in each${header ? ', below a row of names' : ''}`,
      ...(header && { fix: 'A table without that row needs header: false.' }),
    })
  }
  const seen = new Map<string, number>()
  return rows.map((cells, i) => {
    const at = i + (header ? 2 : 1)
    const [name, labels] = cells
    if (cells.length !== 2 || !name) throw badRow(table, at, `it reads ${JSON.stringify(cells)}`)
    const before = seen.get(name)
    if (before !== undefined) throw badRow(table, at, `${name} is in row ${before}, too`)
    seen.set(name, at)
    return {
      at,
      image: files.join(folder, name + suffix),
      labels: labels!.split(catSeparator).filter(label => label !== ''),
    }
  })
}

const badRow = (table: string, row: number, why: string) =>
  new DlError('bad-csv', {
    problem: `row ${row} of ${table}: ${why}`,
    expected: 'a name of its own and its labels, separated by a comma',
  })

const labelsOf = (rows: readonly Row[]) => new Set(rows.flatMap(({ labels }) => labels))

function requireKnown(rows: readonly Row[], table: string, classes: readonly string[]): void {
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

function requireLearnable(rows: readonly Row[], table: string, held: ReadonlySet<number>): void {
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
async function requireFiles(rows: readonly Row[], table: string, folder: string): Promise<void> {
  if (files.cacheFolder() === null) return
  const there = new Set(await files.list(folder))
  for (const { image } of rows) {
    // names may lead into folders of the folder
    if (there.has(image) || (await files.exists(image))) continue
    throw new DlError('bad-csv', {
      problem: `${table} names ${image}, which does not exist`,
      expected: 'a picture for each row',
      fix: "If the names lack it, give a suffix: suffix: '.jpg'.",
    })
  }
}

function drawn(length: number, seed = 42): number[] {
  const numbers = { length, get: (i: number) => i }
  const [, held] = randomSplit(numbers, HELD_OUT, seed)
  return Array.from({ length: held.length }, (_, i) => held.get(i) as number)
}

function requireRows(held: ReadonlySet<number>, rows: number): void {
  for (const row of held) {
    if (Number.isInteger(row) && row >= 0 && row < rows) continue
    throw new DlError('bad-option', {
      problem: `validationIndices has ${row}`,
      expected: `integers from 0 to ${rows - 1}`,
    })
  }
}
