/**
 * Tables in Parquet files. An entry of its own, `@dl/data/parquet`: hyparquet, which reads them, is
 * installed by those who have such files.
 */
import { checkOptions, DlError, showValue } from '@dl/core'
import { parquetMetadata, parquetReadObjects, parquetSchema } from 'hyparquet'
import { type FileInput, readInput } from './files/input'

export interface ParquetOptions {
  /** Only these columns (default: all). */
  columns?: readonly string[]
  /** Only the first rows. */
  rows?: number
}

export interface ParquetTable {
  /** Rows. */
  readonly length: number
  /** By name: numbers, texts, true and false, Dates, null where nothing is, lists and records. */
  readonly columns: Readonly<Record<string, readonly unknown[]>>
}

/**
 * The columns of a Parquet file. Integers of 64 bits are numbers here, where they fit.
 *
 * @param input a path, a URL, a Blob or the bytes
 * @throws DlError `not-found`, `read-failed`, `offline`; `bad-parquet`; `bad-option` for a column that is
 *   not there; `not-representable` for an integer beyond 2⁵³
 *
 * @example
 * ```ts no-run
 * import { ArrayDataset, dataLoader } from '@dl/data'
 * import { parquet } from '@dl/data/parquet'
 *
 * const { columns } = await parquet('houses.parquet', { columns: ['size', 'age', 'price'] })
 * const [size, age, price] = [columns.size, columns.age, columns.price] as number[][]
 * const rows = size!.map((metres, i) => [metres, age![i]!])
 * const train = dataLoader(new ArrayDataset({ inputs: [rows], target: price!.map(x => [x]) }), { bs: 64 })
 * console.log(train.length)
 * ```
 */
export async function parquet(
  input: FileInput,
  options: ParquetOptions = {},
): Promise<ParquetTable> {
  const { columns, rows } = checkOptions('parquet', options, ['columns', 'rows'])
  if (rows !== undefined && !(Number.isSafeInteger(rows) && rows >= 0)) {
    throw new DlError('bad-option', {
      problem: `parquet's rows is ${showValue(rows)}`,
      expected: 'an integer of at least 0',
    })
  }
  const { bytes, name } = await readInput(input, 'a Parquet file')
  const file = bytes.buffer.slice(
    bytes.byteOffset,
    bytes.byteOffset + bytes.byteLength,
  ) as ArrayBuffer
  const [known, read] = await wrapped(name, async () => {
    const metadata = parquetMetadata(file)
    const all = parquetSchema(metadata).children.map(({ element }) => element.name)
    const chosen = columns ?? all
    const missing = chosen.filter(column => !all.includes(column))
    if (missing.length > 0) {
      throw new DlError('bad-option', {
        problem: `${name} has no column ${missing.join(', ')}`,
        expected: `some of ${all.join(', ')}`,
      })
    }
    const range = rows === undefined ? {} : { rowEnd: rows }
    return [chosen, await parquetReadObjects({ file, metadata, columns: [...chosen], ...range })]
  })
  const table = known.map(column => [column, read.map(row => plain(row[column], column, name))])
  return { length: read.length, columns: Object.fromEntries(table) }
}

/** Whatever the reader throws at what is no Parquet file, in words. */
async function wrapped<T>(name: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (cause) {
    if (DlError.is(cause)) throw cause
    throw new DlError('bad-parquet', {
      problem: `${name} cannot be read: ${(cause as Error).message}`,
      expected: 'a whole Parquet file',
      cause,
    })
  }
}

function plain(value: unknown, column: string, name: string): unknown {
  if (typeof value !== 'bigint') return value
  const number = Number(value)
  if (Number.isSafeInteger(number)) return number
  throw new DlError('not-representable', {
    problem: `column ${column} of ${name} has ${value}`,
    expected: 'integers up to 2⁵³, which a number can hold',
  })
}
