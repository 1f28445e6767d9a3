/**
 * The floors of the house: a package imports from the floors below its own, never from beside or
 * above. Backends stand aside; programs and tests alone choose one.
 */
const FLOORS = [
  ['core'],
  ['data'],
  ['layers', 'optim'],
  ['callbacks', 'onnx'],
  ['train', 'track'],
  ['text', 'vision'],
]

/** Lower, and yet not to be imported: these take what they need as structural types. */
const APART = { callbacks: ['layers', 'optim'] }

/** A pattern of the paths below these packages. @param {string[]} names */
const inPackages = names => `^packages/(${names.join('|')})/`

module.exports = { FLOORS, APART, inPackages }
