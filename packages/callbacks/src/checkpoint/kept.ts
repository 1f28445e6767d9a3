/** Which checkpoints stay. */

/** A file that is known to be whole. */
export interface Kept {
  readonly step: number
  /** The monitored quantity; NaN where it was not known, as in the middle of an epoch. */
  readonly value: number
}

/** The files that may go: neither among the last nor among the best. Of equally good ones the older stay. */
export function superfluous(
  all: readonly Kept[],
  { keepLast, keepBest, mode }: { keepLast: number; keepBest: number; mode: 'min' | 'max' },
): Kept[] {
  const last = all.toSorted((a, b) => b.step - a.step).slice(0, keepLast)
  const sign = mode === 'min' ? 1 : -1
  const best = all
    .filter(({ value }) => Number.isFinite(value))
    .toSorted((a, b) => sign * (a.value - b.value) || a.step - b.step)
    .slice(0, keepBest)
  return all.filter(one => !last.includes(one) && !best.includes(one))
}
