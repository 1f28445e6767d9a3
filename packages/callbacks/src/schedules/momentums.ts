import { badOption } from '../bad-option'

/** Momentum at the lowest and at the highest learning rate. */
export type Momentums = readonly [high: number, low: number]

export function checkMomentums(owner: string, momentums: Momentums): void {
  if (momentums.length !== 2 || !momentums.every(value => value >= 0 && value < 1)) {
    badOption(
      owner,
      `momentums are ${momentums.join(', ')}`,
      'two numbers from 0 to below 1: at the lowest lr, at the highest lr',
    )
  }
}

/** Momentum goes down as the learning rate goes up (`rise` 0 … 1). */
export const momentumAt = ([high, low]: Momentums, rise: number): number =>
  high - rise * (high - low)
