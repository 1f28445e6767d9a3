/** What charts ask of the series, marks and words they are given. */
import { showValue } from '@dl/core'
import { badOption } from '../bad-option'
import { checkChoice, checkCount, checkList, checkNumber, checkNumbers, checkText } from '../checks'
import type { Mark, Series } from './series'

const STYLES = ['line', 'faint', 'points']

export function checkSeries(owner: string, series: readonly Series[]): void {
  checkList(owner, 'series', series)
  series.forEach((one, i) => {
    const name = `series[${i}]`
    checkObject(owner, name, one, 'an object with label and y')
    checkText(owner, `${name}.label`, one.label)
    checkNumbers(owner, `${name}.y`, one.y)
    if (one.x !== undefined) checkNumbers(owner, `${name}.x`, one.x)
    if (one.style !== undefined) checkChoice(owner, `${name}.style`, one.style, STYLES)
    if (one.color !== undefined) checkCount(owner, `${name}.color`, one.color, 0)
  })
}

export function checkMarks(owner: string, marks: readonly Mark[]): void {
  checkList(owner, 'marks', marks)
  marks.forEach((mark, i) => {
    const name = `marks[${i}]`
    checkObject(owner, name, mark, 'an object with x')
    if (typeof mark.x !== 'number')
      badOption(owner, `${name}.x is ${showValue(mark.x)}`, 'a number')
    if (mark.label !== undefined) checkText(owner, `${name}.label`, mark.label)
  })
}

export const checkScale = (owner: string, name: string, value: unknown): void =>
  checkChoice(owner, name, value, ['linear', 'log'])

export function checkSize(owner: string, size: { width: number; height: number }): void {
  for (const [name, value] of Object.entries(size)) {
    checkNumber(owner, name, value, 'a number above 0', number => number > 0)
  }
}

function checkObject(owner: string, name: string, value: unknown, words: string): void {
  if (typeof value === 'object' && value !== null) return
  badOption(owner, `${name} is ${showValue(value)}`, words)
}
