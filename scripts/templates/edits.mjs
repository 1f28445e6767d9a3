/** Changes to files that are there: each takes a text and gives it with something added. */

/** @typedef {(text: string) => string} Edit */

/** The place that an edit was looking for is not there any more. */
export class NoPlace extends Error {}

/** One edit after the other. @returns {Edit} */
export const inTurn =
  (/** @type {Edit[]} */ ...edits) =>
  text =>
    edits.reduce((so, edit) => edit(so), text)

/** Adds at the end; where an index wants it, the formatter knows. @returns {Edit} */
export const append = (/** @type {string} */ added) => text => text + added

/**
 * Adds before, or after, the only place where a pattern matches. A text is looked for as it is.
 * @param {RegExp | string} place
 * @param {string} added
 * @returns {Edit}
 */
export const before = (place, added) => at(place, found => added + found)

/** @type {typeof before} */
export const after = (place, added) => at(place, found => found + added)

/**
 * Puts something else in that place.
 * @param {RegExp | string} place
 * @param {(found: string) => string} change
 * @returns {Edit}
 */
export const at = (place, change) => text => {
  const pattern = typeof place === 'string' ? place : new RegExp(place, 'm')
  const found = typeof pattern === 'string' ? pattern : text.match(pattern)?.[0]
  if (found === undefined || !text.includes(found)) throw new NoPlace(String(place))
  return text.replace(found, () => change(found))
}

/**
 * Adds a package to those that use something, in a table of SECURITY.md.
 * @param {string} dependency
 * @param {string} user
 * @returns {Edit}
 */
export const usedBy = (dependency, user) =>
  at(new RegExp(`^\\| ${dependency} \\|.*$`), row => {
    const [name, licence, users, why] = row.slice(1, -1).split('|')
    const all = [...(users ?? '').trim().split(', '), user].sort().join(', ')
    return `|${name}|${licence}| ${all} |${why}|`
  })

/**
 * Adds a package of this workspace to the devDependencies of a manifest.
 * @param {string} name
 * @returns {Edit}
 */
export const devDependency = name => text => {
  const manifest = JSON.parse(text)
  const all = { ...manifest.devDependencies, [name]: 'workspace:^' }
  const sorted = Object.fromEntries(Object.entries(all).sort(([a], [b]) => (a < b ? -1 : 1)))
  return `${JSON.stringify({ ...manifest, devDependencies: sorted }, null, 2)}\n`
}
