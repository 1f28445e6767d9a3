/** What is asked of numbers that come from outside. */
import { DlError, showValue } from '@dl/core'

export function requirePositive(name: string, value: number): void {
  if (Number.isSafeInteger(value) && value > 0) return
  throw new DlError('bad-option', {
    problem: `${name} is ${showValue(value)}`,
    expected: 'an integer of at least 1',
  })
}

export function requireItems(length: number): void {
  if (Number.isSafeInteger(length) && length > 0) return
  throw new DlError('empty-dataset', {
    problem: `the dataset has ${length} items`,
    expected: 'at least 1',
  })
}

export function requireIndex(index: number, length: number): void {
  if (Number.isInteger(index) && index >= 0 && index < length) return
  throw new DlError('bad-index', {
    problem: `there is no item ${index}`,
    expected: `an integer from 0 to ${length - 1}`,
  })
}
