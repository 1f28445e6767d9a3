/** Command lines whose mistakes are named in one line, for every program of this repository. */
import { parseArgs } from 'node:util'

/** @typedef {NonNullable<import('node:util').ParseArgsConfig['options']>} Options */
/** @typedef {{ problem: string, expected: string, fix?: string }} Complaint */

/** Whether the command line asks what may be on it. */
export const asksForHelp = (/** @type {readonly string[]} */ args) =>
  args.some(arg => arg === '--help' || arg === '-h')

/**
 * The values of the options, or what is wrong with the first that does not fit.
 * @template {Options} T
 * @param {readonly string[]} args
 * @param {T} options `help` needs no mention, see `asksForHelp`
 * @returns {{ values: ReturnType<typeof parseArgs<{ options: T }>>['values'], complaint: null } |
 *   { values: null, complaint: Complaint }}
 */
export function readArgs(args, options) {
  const known = ['help', ...Object.keys(options)]
  for (const [i, arg] of args.entries()) {
    const name = arg.match(/^--([^=]+)/)?.[1]
    if (name === undefined || known.includes(name) || isValue(args[i - 1], options)) continue
    return { values: null, complaint: unknownOption(arg.replace(/=.*/, ''), known) }
  }
  try {
    return { values: parseArgs({ args: joined(args, options), options }).values, complaint: null }
  } catch (error) {
    const { code, message } = /** @type {NodeJS.ErrnoException} */ (error)
    const [, at = ''] = message.match(/'([^'\s]*)/) ?? []
    if (code !== 'ERR_PARSE_ARGS_INVALID_OPTION_VALUE') {
      return { values: null, complaint: unknownOption(at, known) }
    }
    const problem = message.replace(/\.\s.*/s, '').replace(/\.$/, '')
    return {
      values: null,
      complaint: { problem, expected: 'a value after an option that takes one' },
    }
  }
}

/**
 * What is wrong with an option, or a word, that nobody knows.
 * @param {string} given
 * @param {readonly string[]} known without their dashes
 * @returns {Complaint}
 */
function unknownOption(given, known) {
  const near = nearest(given.replace(/^-+/, ''), known)
  const problem = `There is no option ${given}`
  return near === null
    ? { problem, expected: `one of ${known.map(name => `--${name}`).join(' ')}` }
    : { problem, expected: `--${near}`, fix: 'With --help it lists them all.' }
}

/**
 * A complaint as one line.
 * @param {Complaint} complaint
 */
export const sentence = ({ problem, expected, fix }) =>
  `${problem}; expected ${expected}.${fix === undefined ? '' : ` ${fix}`}`

/**
 * The known name that was probably meant, or null.
 * @param {string} given
 * @param {readonly string[]} known
 */
export function nearest(given, known) {
  const begun = known.filter(name => given.length > 2 && name.startsWith(given))
  if (begun.length === 1) return begun[0] ?? null
  const [best] = known
    .map(name => ({ name, edits: distance(given.toLowerCase(), name) }))
    .sort((a, b) => a.edits - b.edits)
  const allowed = Math.max(1, Math.floor(given.length / 3))
  return best !== undefined && best.edits <= allowed ? best.name : null
}

/** How many letters have to be added, removed, replaced or swapped with their neighbour. */
function distance(/** @type {string} */ a, /** @type {string} */ b) {
  /** @type {number[][]} */
  const rows = [Array.from({ length: b.length + 1 }, (_, j) => j)]
  const at = (/** @type {number} */ i, /** @type {number} */ j) => rows[i]?.[j] ?? 0
  for (let i = 1; i <= a.length; i++) {
    rows.push([i])
    for (let j = 1; j <= b.length; j++) {
      const replaced = at(i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1)
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      rows[i]?.push(
        Math.min(
          at(i - 1, j) + 1,
          at(i, j - 1) + 1,
          replaced,
          swapped ? at(i - 2, j - 2) + 1 : replaced,
        ),
      )
    }
  }
  return at(a.length, b.length)
}

/** Whether what follows is the value of an option that takes one. */
const isValue = (/** @type {string | undefined} */ before, /** @type {Options} */ options) =>
  options[before?.match(/^--([^=]+)$/)?.[1] ?? '']?.type === 'string'

/** `--lr -1` as `--lr=-1`: Node would ask whether -1 is a flag, when it is just a wrong number. */
function joined(/** @type {readonly string[]} */ args, /** @type {Options} */ options) {
  /** @type {string[]} */
  const all = []
  for (const arg of args) {
    if (isValue(all.at(-1), options) && /^-[\d.]/.test(arg)) all.push(`${all.pop()}=${arg}`)
    else all.push(arg)
  }
  return all
}
