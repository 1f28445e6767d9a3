/** What is asked of values that come from outside. */
import { DlError, showValue } from '@dl/core'
import type { Dataset } from './loader'

export function requirePositive(name: string, value: number): void {
  if (Number.isSafeInteger(value) && value > 0) return
  throw new DlError('bad-option', {
    problem: `${name} is ${showValue(value)}`,
    expected: 'an integer of at least 1',
  })
}

export function requireCount(name: string, value: number): void {
  if (Number.isSafeInteger(value) && value >= 0) return
  throw new DlError('bad-option', {
    problem: `${name} is ${showValue(value)}`,
    expected: 'an integer of at least 0',
  })
}

export function requireText(name: string, value: string): void {
  if (typeof value === 'string') return
  throw new DlError('bad-option', { problem: `${name} is ${showValue(value)}`, expected: 'a text' })
}

export function requireBytes(name: string, value: Uint8Array): void {
  if (value instanceof Uint8Array) return
  throw new DlError('bad-option', {
    problem: `${name} is ${showValue(value)}`,
    expected: 'a Uint8Array',
  })
}

/** @param of what its values are: 'tensors' */
export function requireRecord(name: string, value: object, of: string): void {
  if (typeof value === 'object' && value !== null && !(Symbol.iterator in value)) return
  throw new DlError('bad-option', {
    problem: `${name} is ${showValue(value)}`,
    expected: `an object of ${of} by name`,
  })
}

export function requireWhole(name: string, values: ArrayLike<number>): void {
  if (typeof values !== 'object' || !Number.isInteger(values?.length)) {
    throw new DlError('bad-option', {
      problem: `${name} is ${showValue(values)}`,
      expected: 'an array of whole numbers',
    })
  }
  // by their type they are
  if (values instanceof Int32Array) return
  const at = Array.from(values).findIndex(value => !Number.isInteger(value))
  if (at < 0) return
  throw new DlError('bad-value', {
    problem: `${name}[${at}] is ${showValue(values[at])}`,
    expected: 'a whole number',
  })
}

export function requireDataset(owner: string, dataset: Dataset<unknown>): void {
  if (typeof dataset?.get === 'function') return
  throw new DlError('bad-dataset', {
    problem: `${owner} got ${showValue(dataset)}`,
    expected: 'a data set: { length, get(index) }, such as an ArrayDataset',
  })
}

export function requireItems(length: number): void {
  if (Number.isSafeInteger(length) && length > 0) return
  throw new DlError('empty-dataset', {
    problem: `the dataset has ${showValue(length)} items`,
    expected: 'at least 1',
  })
}

export function requireIndex(index: number, length: number): void {
  if (Number.isInteger(index) && index >= 0 && index < length) return
  throw new DlError('bad-index', {
    problem: `there is no item ${showValue(index)}`,
    expected: `an integer from 0 to ${length - 1}`,
  })
}
