/** From the cells of a table to labels: one for each picture, or any number. */
import { DlError, showValue } from '@dl/core'
import type { TableRow } from './table'

export interface LabelOptions {
  /**
   * Whether a picture has any number of labels (default: if `catSeparator` is given and stands
   * between two labels of any). Where it is false, a row has one, whatever it reads.
   */
  multi?: boolean
  /** What stands between the labels of a picture (default: a space where `multi` is true, else nothing). */
  catSeparator?: string
}

export interface LabelledRow extends Omit<TableRow, 'label'> {
  labels: readonly string[]
}

/** What people put between labels, and inside of one. */
const SEPARATOR = /\s|[|;,]/

/**
 * Whether a table is one of single labels is nothing that a slip in one row may change: it is told,
 * or seen where no reading but one is left.
 *
 * @param classes where they are told
 * @throws DlError `bad-csv` for a row without a label or with several where others have one, and for
 *   cells that may be one label or several; `bad-option`
 */
export function splitLabels(
  rows: readonly TableRow[],
  table: string,
  { multi, catSeparator = multi ? ' ' : undefined }: LabelOptions,
  classes: readonly string[] | undefined,
): { rows: LabelledRow[]; isMulti: boolean } {
  if (catSeparator !== undefined && (typeof catSeparator !== 'string' || catSeparator === '')) {
    throw new DlError('bad-option', {
      problem: `catSeparator is ${showValue(catSeparator)}`,
      expected: "what stands between labels, '|' for example",
    })
  }
  const split = rows.map(({ label, ...row }): LabelledRow => {
    if (catSeparator === undefined) return { ...row, labels: label === '' ? [] : [label] }
    const labels = label.split(catSeparator).map(one => one.trim())
    return { ...row, labels: [...new Set(labels.filter(one => one !== ''))] }
  })
  if (multi === undefined && catSeparator === undefined) requirePlain(rows, table, classes)
  const isMulti = multi ?? split.some(({ labels }) => labels.length > 1)
  if (!isMulti) requireOne(split, table)
  return { rows: split, isMulti }
}

function requirePlain(
  rows: readonly TableRow[],
  table: string,
  classes: readonly string[] = [],
): void {
  const odd = rows.filter(({ label }) => SEPARATOR.test(label) && !classes.includes(label))
  const [first] = odd
  if (first === undefined) return
  const [found] = SEPARATOR.exec(first.label)!
  const more = odd.length > 1 ? ` (and so on for ${odd.length - 1} more)` : ''
  throw new DlError('bad-csv', {
    problem: `row ${first.at} of ${table} has ${JSON.stringify(first.label)}, which may be one label or several${more}`,
    expected: 'to be told which',
    fix: `Say multi: false if it is one; catSeparator: ${JSON.stringify(found)} if that stands between labels.`,
  })
}

function requireOne(rows: readonly LabelledRow[], table: string): void {
  const odd = rows.filter(({ labels }) => labels.length !== 1)
  const [first] = odd
  if (first === undefined) return
  const more = odd.length > 1 ? ` (and so on for ${odd.length - 1} more)` : ''
  const has = first.labels.length === 0 ? 'no label' : `the labels ${first.labels.join(', ')}`
  throw new DlError('bad-csv', {
    problem: `row ${first.at} of ${table} has ${has}${more}`,
    expected: 'one in each row',
    fix: 'Mend the row or take it out; multi: true if a picture may have any number of labels.',
  })
}
