/** Middle values: one slow run on a machine with other work must not move a figure. */

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

/**
 * The median of b / a over the pairs in which both were measured, or null where there is none: what
 * slowed the machine down slowed both halves of a pair.
 */
export function medianRatio(
  a: readonly (number | null)[],
  b: readonly (number | null)[],
): number | null {
  const ratios = a.flatMap((x, i) => {
    const y = b[i] ?? null
    return x === null || y === null ? [] : [y / x]
  })
  return ratios.length === 0 ? null : median(ratios)
}

/** The least of those that are known, or null. */
export function least(values: readonly (number | null | undefined)[]): number | null {
  const known = values.filter(value => value != null)
  return known.length === 0 ? null : Math.min(...known)
}

/** The most of those that are known, or null. */
export function most(values: readonly (number | null | undefined)[]): number | null {
  const known = values.filter(value => value != null)
  return known.length === 0 ? null : Math.max(...known)
}
