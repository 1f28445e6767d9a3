/** What a misspelt name was probably meant to be. */

/**
 * The name among `names` that is most like `name`: the same but for capitals, blanks, `-` and `_`, or
 * with few letters wrong, missing, doubled or swapped; null where none is near.
 *
 * @example
 * ```ts
 * import { nearest } from '@dl/core'
 *
 * nearest('cycle_len', ['cycleLen', 'cycleMult']) // → cycleLen
 * nearest('warmpu', ['cycleLen', 'warmup']) // → warmup
 * nearest('lr', ['betas', 'eps']) // → null
 * ```
 */
export function nearest(name: string, names: Iterable<string>): string | null {
  const wanted = plain(name)
  const near = [...names]
    .map(candidate => ({ candidate, distance: distance(wanted, plain(candidate)) }))
    .filter(({ distance }) => distance <= Math.max(1, Math.floor(wanted.length / 3)))
    // one letter of two says nothing
    .filter(({ distance }) => distance === 0 || wanted.length > 2)
    .sort((a, b) => a.distance - b.distance)
  return near[0]?.candidate ?? null
}

const plain = (name: string): string => name.toLowerCase().replace(/[-_\s]/g, '')

/** Letters to change, add, drop or swap with their neighbour (optimal string alignment). */
function distance(a: string, b: string): number {
  let before: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const changed = last[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      row[j] = Math.min(last[j]! + 1, row[j - 1]! + 1, changed)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        row[j] = Math.min(row[j]!, before[j - 2]! + 1)
      }
    }
    before = last
    last = row
  }
  return last[b.length]!
}
