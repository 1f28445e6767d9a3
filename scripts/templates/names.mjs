/** The name of a new thing, as each place writes it. */

/** Words that no function can be called. */
const RESERVED = new Set(
  `arguments await break case catch class const continue debugger default delete do else enum eval
  export extends false finally for function if implements import in instanceof interface let new null
  package private protected public return static super switch this throw true try typeof undefined var
  void while with yield`.split(/\s+/),
)

/**
 * @typedef {object} Names
 * @property {string} kebab as it was given: `gradient-noise`
 * @property {string} camel of functions: `gradientNoise`
 * @property {string} pascal of classes and types: `GradientNoise`
 */

/**
 * @param {string} given
 * @returns {{ names: Names, complaint: null } | { names: null, complaint: import('../options.mjs').Complaint }}
 */
export function namesOf(given) {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(given) || given.length > 40) {
    const expected =
      'at most 40 characters: words of small letters and digits, with hyphens between, the first a letter'
    const meant = kebabOf(given)
    const fix = /^[a-z]/.test(meant) && meant.length <= 40 ? { fix: `Did you mean ${meant}?` } : {}
    return { names: null, complaint: { problem: `The name is "${given}"`, expected, ...fix } }
  }
  const pascal = given.replace(/(?:^|-)(.)/g, (_, letter) => letter.toUpperCase())
  const camel = `${pascal[0]?.toLowerCase()}${pascal.slice(1)}`
  if (RESERVED.has(camel)) {
    const expected = 'a name that a function can have'
    return { names: null, complaint: { problem: `"${camel}" is a word of TypeScript`, expected } }
  }
  return { names: { kebab: given, camel, pascal }, complaint: null }
}

const kebabOf = (/** @type {string} */ given) =>
  given
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')

/** Comments, and what stands in quotes. */
const NO_CODE = /\/\*.*?\*\/|\/\/[^\n]*|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"/gs

/**
 * The words of a source, without those of its comments and texts.
 * @param {string} source
 */
export const identifiersOf = source => source.replace(NO_CODE, '').match(/[A-Za-z_$][\w$]*/g) ?? []
