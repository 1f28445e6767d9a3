/** Texts cut between rows, so that a validation set begins where the training set ends. */
import { checkOptions, DlError, showValue } from '@dl/core'
import { requireText } from './check'

/** Where to cut: after so many rows, or after this fraction of them (rounded down). */
export type RowSplit = { rows: number } | { fraction: number }

/**
 * The rows before the cut and those after it. Line feeds stay, so both parts joined are the text.
 *
 * @example
 * ```ts
 * import { splitRows } from '@dl/data'
 *
 * splitRows('a\nb\nc\n', { rows: 2 })[1] === 'c\n' // → true
 * splitRows('a\nb\nc\nd', { fraction: 0.5 })[0] === 'a\nb\n' // → true
 * ```
 */
export function splitRows(text: string, at: RowSplit): [before: string, after: string] {
  requireText('what splitRows got', text)
  const options: { rows?: number; fraction?: number } = at
  checkOptions('splitRows', options, ['rows', 'fraction'])
  const total = countRows(text)
  const rows = 'rows' in at ? at.rows : fractionOf(total, at.fraction)
  if (!Number.isInteger(rows) || rows < 0 || rows > total) {
    throw new DlError('bad-option', {
      problem: `cannot cut after row ${showValue(rows)} of ${total}`,
      expected: `an integer from 0 to ${total}`,
    })
  }
  let cut = 0
  for (let row = 0; row < rows; row++) cut = text.indexOf('\n', cut) + 1 || text.length
  return [text.slice(0, cut), text.slice(cut)]
}

function fractionOf(total: number, fraction: number): number {
  if (typeof fraction === 'number' && fraction >= 0 && fraction <= 1)
    return Math.floor(total * fraction)
  throw new DlError('bad-option', {
    problem: `fraction is ${showValue(fraction)}`,
    expected: 'a number from 0 to 1',
  })
}

/** Line feeds, and one more if text follows the last. */
function countRows(text: string): number {
  let rows = 0
  for (let at = 0; at < text.length; rows++) at = text.indexOf('\n', at) + 1 || text.length
  return rows
}
