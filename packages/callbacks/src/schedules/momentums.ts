import { showValue } from '@dl/core'
import { badOption } from '../bad-option'

/** Momentum at the lowest and at the highest learning rate. */
export type Momentums = readonly [high: number, low: number]

export function checkMomentums(owner: string, momentums: Momentums): void {
  const fits = (value: unknown): boolean => typeof value === 'number' && value >= 0 && value < 1
  if (!(Array.isArray(momentums) && momentums.length === 2 && momentums.every(fits))) {
    badOption(
      owner,
      `momentums are ${showValue(momentums)}`,
      'two numbers from 0 to below 1: at the lowest lr, at the highest lr',
    )
  }
}

/** Momentum goes down as the learning rate goes up (`rise` 0 … 1). */
export const momentumAt = ([high, low]: Momentums, rise: number): number =>
  high - rise * (high - low)
