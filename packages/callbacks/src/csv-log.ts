/** The numbers of a run as CSV files, for spreadsheets and data frames. */
import { checkOptions, DlError } from '@dl/core'
import { files } from '@dl/data'
import { checkFlag, checkPath } from './checks'
import type { Callback, TrainContext } from './protocol'

export interface CsvLogOptions {
  /** A second file, with a row for each batch: epoch, batch, step, lr, loss (default: none). */
  batches?: string
  /** Whether a new run goes on in files that are there (default true; false replaces them). */
  append?: boolean
}

/** Rows of each file that a checkpoint covers, and batches not yet written. */
interface State {
  epochs: number
  batches: number
  pending: string[]
}

/**
 * Appends a row to `path` after each epoch: epoch, step, lr, trnLoss, then valLoss and the metrics.
 * Rows are added in one go; a last line that a killed run left unfinished is left out, and told, when
 * the next one begins. A resumed run drops the rows written after its checkpoint. Rows of batches are
 * written when an epoch or the run ends.
 *
 * @example
 * ```ts
 * import { csvLog } from '@dl/callbacks'
 *
 * csvLog('runs/char.csv', { batches: 'runs/char-batches.csv' }).name // → csvLog
 * ```
 */
export function csvLog(path: string, options: CsvLogOptions = {}): Callback {
  const { batches, append = true } = checkOptions('csvLog', options, ['batches', 'append'])
  checkPath('csvLog', 'path', path)
  if (batches !== undefined) checkPath('csvLog', 'batches', batches)
  checkFlag('csvLog', 'append', append)
  let epochTable: Table | null = null
  let batchTable: Table | null = null
  let pending: string[] = []
  let resumed: State | null = null

  const flush = async () => {
    if (pending.length === 0) return
    await batchTable?.append(pending)
    pending = []
  }

  return {
    name: 'csvLog',

    async onTrainBegin() {
      const from = { append: append || resumed !== null }
      epochTable = await openTable(path, { ...from, rows: resumed?.epochs })
      // another program's file is refused before an epoch is spent on it
      if (epochTable.columns) epochTable.header(EPOCH_COLUMNS)
      if (batches !== undefined) {
        batchTable = await openTable(batches, { ...from, rows: resumed?.batches })
        batchTable.header(BATCH_COLUMNS)
      }
      pending = resumed?.pending ?? []
      resumed = null
    },
    onBatchEnd({ epoch, batch, step, lr, loss }) {
      if (batchTable) pending.push(line([epoch, batch, step, lr, loss]))
    },
    async onEpochEnd(ctx) {
      const row = epochRow(ctx)
      const columns = epochTable!.header(Object.keys(row))
      await epochTable!.append([line(columns.map(column => row[column] ?? ''))])
      await flush()
    },
    onTrainEnd: flush,

    state: (): State => ({
      epochs: epochTable?.rows ?? 0,
      batches: batchTable?.rows ?? 0,
      pending: [...pending],
    }),
    restore(state) {
      resumed = state as State
    },
  }
}

const EPOCH_COLUMNS = ['epoch', 'step', 'lr', 'trnLoss']
const BATCH_COLUMNS = ['epoch', 'batch', 'step', 'lr', 'loss']

const epochRow = (ctx: TrainContext): Record<string, number> => {
  const { epoch, step, lr, smoothLoss, metrics } = ctx
  return { epoch, step, lr, trnLoss: smoothLoss, ...metrics }
}

/** A file of rows under one header. */
interface Table {
  readonly rows: number
  readonly columns: readonly string[] | null
  /** Agrees on the columns: those of the file, or `wanted` where it has none yet. */
  header(wanted: readonly string[]): readonly string[]
  append(rows: readonly string[]): Promise<void>
}

async function openTable(
  path: string,
  { append, rows: most }: { append: boolean; rows: number | undefined },
): Promise<Table> {
  const text = append && (await files.exists(path)) ? await files.readText(path) : ''
  const all = text.split(/\r?\n/)
  const torn = all.pop()
  if (torn) {
    console.warn(
      `@dl/callbacks: the last line of ${path} has no end, as a killed run leaves it, and is left out: ${torn}`,
    )
  }
  const whole = all.filter(row => row !== '')
  const kept = most === undefined ? whole : whole.slice(0, 1 + most)
  /** Whether the file is not what it is to begin with. */
  let stale = !append || torn !== '' || kept.length < whole.length
  let columns: readonly string[] | null = kept.length > 0 ? cells(kept[0]!) : null
  /** Lines that are to be in the file and are not. */
  let waiting: string[] = []
  let rows = Math.max(0, kept.length - 1)
  return {
    get columns() {
      return columns
    },
    get rows() {
      return rows
    },
    header(wanted) {
      if (columns === null) {
        columns = wanted
        waiting = [line(wanted)]
      }
      const unknown = wanted.filter(column => !columns!.includes(column))
      if (unknown.length === 0) return columns
      throw new DlError('csv-columns', {
        problem: `${path} has the columns ${columns.join(', ')}, and none for ${unknown.join(', ')}`,
        expected: 'a file of the same run, or none',
        fix: 'Name another file, or replace this one: csvLog(path, { append: false }).',
      })
    },
    async append(added) {
      waiting.push(...added)
      const lines = stale ? [...kept, ...waiting] : waiting
      const text = lines.map(row => `${row}\n`).join('')
      await (stale ? files.writeAtomic(path, text) : files.append(path, text))
      stale = false
      rows += added.length
      waiting = []
    },
  }
}

const line = (values: readonly (string | number)[]): string => values.map(quoted).join(',')

const quoted = (value: string | number): string =>
  /[",\r\n]/.test(String(value)) ? `"${String(value).replace(/"/g, '""')}"` : String(value)

/** The cells of a line, quotes undone. */
const cells = (row: string): string[] =>
  [...row.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
    ([, inQuotes, plain]) => inQuotes?.replace(/""/g, '"') ?? plain ?? '',
  )
