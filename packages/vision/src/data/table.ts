/** Tables as spreadsheets, pandas and people write them: a picture and its labels in each row. */
import { DlError, nearest } from '@dl/core'

export interface TableOptions {
  /**
   * Whether the first row names the columns (default: it does, unless it names a picture that is
   * there).
   */
  header?: boolean
  /** What stands between cells (default: the comma, semicolon or tab that is first in the table). */
  delimiter?: string
  /**
   * Where to find what, by name or by number from 0 (default: the picture in the first, its labels in
   * the second, and in a column `is_valid` whether it is to be held out). Others may be there then.
   */
  columns?: Columns
}

export interface Columns {
  image?: string | number
  label?: string | number
  /** Of `true` and `false`, or 1 and 0: rows to judge by. */
  valid?: string | number
}

export interface TableRow {
  /** Its number in the table, from 1. */
  at: number
  image: string
  label: string
  /** Where a column says so. */
  isValid?: boolean
}

/**
 * @param table what errors call it
 * @param isThere whether there is a picture of this name: then there is no row of names
 * @throws DlError `bad-csv`, `bad-option`
 */
export async function readTable(
  text: string,
  table: string,
  { header, delimiter = delimiterOf(text), columns }: TableOptions,
  isThere: (image: string) => Promise<boolean>,
): Promise<TableRow[]> {
  const all = await cellsOf(text, table, delimiter)
  const [first] = all
  if (first === undefined) throw withoutRows(table, false)
  const byName = Object.values(columns ?? {}).some(column => typeof column === 'string')
  const image = typeof columns?.image === 'number' ? columns.image : 0
  const hasNames = header ?? (byName || !(await isThere(first[image] ?? '')))
  const rows = hasNames ? all.slice(1) : all
  if (rows.length === 0) throw withoutRows(table, hasNames)
  const places = placesOf(first, table, hasNames, columns)
  const seen = new Map<string, number>()
  return rows.map((cells, i) => {
    const at = i + (hasNames ? 2 : 1)
    const name = cells[places.image]
    if (cells.length !== first.length || !name) {
      throw badRow(table, at, `it reads ${JSON.stringify(cells)}`)
    }
    const before = seen.get(name)
    if (before !== undefined) throw badRow(table, at, `${name} is in row ${before}, too`)
    seen.set(name, at)
    const valid = places.valid === undefined ? undefined : cells[places.valid]!
    return {
      at,
      image: name,
      label: cells[places.label]!,
      ...(valid !== undefined && { isValid: truth(valid, table, at) }),
    }
  })
}

/** Of the three, the first outside quotes. */
const delimiterOf = (text: string): string =>
  /[,;\t]/.exec(text.replace(/"[^"]*"/g, ''))?.[0] ?? ','

async function cellsOf(text: string, table: string, delimiter: string): Promise<string[][]> {
  // quotes are to stand right behind the delimiter; a quoted cell is kept as it is
  const blanks = `${delimiter.replace(/\W/g, '\\$&')} +(?=")`
  const closed = text.replace(new RegExp(`"(?:[^"]|"")*"|${blanks}`, 'g'), found =>
    found.startsWith('"') ? found : delimiter,
  )
  // with the first table: it does not say that it has no side effects, so every page would have it
  const { default: Papa } = await import('papaparse')
  const { data, errors } = Papa.parse<string[]>(closed, { delimiter, skipEmptyLines: 'greedy' })
  const [broken] = errors
  if (broken) throw badRow(table, (broken.row ?? 0) + 1, broken.message)
  return data.map(cells => cells.map(cell => cell.trim()))
}

interface Places {
  image: number
  label: number
  valid?: number
}

function placesOf(
  first: readonly string[],
  table: string,
  hasNames: boolean,
  columns: Columns | undefined,
): Places {
  const named = first.findIndex(name => hasNames && name.toLowerCase() === 'is_valid')
  const isTold = named > 1 && columns?.valid === undefined
  if (columns === undefined && first.length !== (isTold ? 3 : 2)) {
    throw new DlError('bad-csv', {
      problem: `${table} has ${first.length} ${first.length === 1 ? 'column' : 'columns'}: ${JSON.stringify(first)}`,
      expected: 'two, a picture and its labels, and is_valid if you like',
      fix: "Say which they are, columns: { image: 'file', label: 'breed' }, or what is between them, delimiter: '|'.",
    })
  }
  const placeOf = (what: string, column: string | number): number => {
    const at = typeof column === 'string' ? first.indexOf(column) : column
    if ((typeof column === 'number' || hasNames) && first[at] !== undefined) return at
    const near = typeof column === 'string' && hasNames ? nearest(column, first) : null
    throw new DlError('bad-option', {
      problem: `columns has ${what}: ${JSON.stringify(column)}, which ${table} lacks`,
      expected: `${hasNames ? `one of ${first.map(name => JSON.stringify(name)).join(', ')}, or ` : ''}a number from 0 to ${first.length - 1}`,
      ...(near !== null && { fix: `Did you mean ${near}?` }),
    })
  }
  const { image = 0, label = 1, valid = isTold ? named : undefined } = columns ?? {}
  return {
    image: placeOf('image', image),
    label: placeOf('label', label),
    ...(valid !== undefined && { valid: placeOf('valid', valid) }),
  }
}

function truth(cell: string, table: string, at: number): boolean {
  if (/^(true|1|1\.0)$/i.test(cell)) return true
  if (/^(false|0|0\.0)$/i.test(cell)) return false
  throw new DlError('bad-csv', {
    problem: `row ${at} of ${table} has ${JSON.stringify(cell)} where it says whether it is held out`,
    expected: 'true or false, 1 or 0',
  })
}

const withoutRows = (table: string, hasNames: boolean) =>
  new DlError('bad-csv', {
    problem: `${table} has no rows`,
    expected: `a picture and its labels in each${hasNames ? ', below a row of names' : ''}`,
    ...(hasNames && { fix: 'A table without that row needs header: false.' }),
  })

const badRow = (table: string, row: number, why: string) =>
  new DlError('bad-csv', {
    problem: `row ${row} of ${table}: ${why}`,
    expected: 'a name of its own and its labels, as many cells as the first row has',
  })
