/**
 * Where a run stands in a sequence of growing cycles. A pure function of what has elapsed, in
 * epochs or batches, so a resumed run needs no memory of the cycles before it.
 */

/** One cycle: its number (from 0), where it starts and how long it is. */
export interface Cycle {
  readonly index: number
  readonly start: number
  readonly length: number
}

/** Sums of fractions of epochs are not exact; no batch is as short as this. */
const TOLERANCE = 1e-9

/** The cycle in progress when `elapsed` has passed; a cycle's end belongs to the next one. */
export function cycleAt(elapsed: number, firstLength: number, factor: number): Cycle {
  // as many cycles of one length as have passed need no counting
  let index = factor === 1 ? Math.max(0, Math.floor((elapsed + TOLERANCE) / firstLength)) : 0
  let start = index * firstLength
  let length = firstLength
  while (elapsed >= start + length - TOLERANCE) {
    start += length
    length *= factor
    index++
  }
  return { index, start, length }
}

/** How far along the cycle `elapsed` is, from 0 to below 1. */
export const positionIn = (cycle: Cycle, elapsed: number): number =>
  Math.max(0, elapsed - cycle.start) / cycle.length
