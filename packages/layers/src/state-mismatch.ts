/** What is said of a state that does not fit a model. */

/** Names of a complaint that are read at a glance. */
const SHOWN = 8

export function listed(what: string, names: readonly string[]): string {
  if (names.length === 0) return ''
  const more = names.length > SHOWN ? ` and ${names.length - SHOWN} more` : ''
  return `${what}: ${names.slice(0, SHOWN).join(', ')}${more}`
}

/** The commonest mismatch: what wrapped one of the two models stands before its names. */
export function prefixAdvice(
  missing: readonly string[],
  unexpected: readonly string[],
): string | null {
  const theirs = commonPrefix(unexpected, missing)
  if (theirs !== null) {
    const { count, prefix } = theirs
    return `${count} of the state's names begin with ${prefix} and fit without it: loadStateDict(state, { prefix: '${prefix}' }).`
  }
  const ours = commonPrefix(missing, unexpected)
  if (ours === null) return null
  const { count, prefix } = ours
  return `${count} of the model's names begin with ${prefix}, which the state's lack: load it into that part of the model, ${prefix.slice(0, -1)}.`
}

/** What stands before most of the long names and makes them none of the short ones. */
function commonPrefix(long: readonly string[], short: readonly string[]) {
  const names = new Set(short)
  const counts = new Map<string, number>()
  for (const name of long) {
    for (const { index } of name.matchAll(/\./g)) {
      const prefix = name.slice(0, index + 1)
      if (names.has(name.slice(prefix.length))) counts.set(prefix, (counts.get(prefix) ?? 0) + 1)
    }
  }
  const [best] = [...counts].sort(([, a], [, b]) => b - a)
  if (best === undefined || 2 * best[1] <= short.length) return null
  return { prefix: best[0], count: best[1] }
}
