/** `npm run example <name> -- …`: one of the programs in examples/. */
import { fail, packagesIn, prepare, runProgram } from './workspace.mjs'

const [name, ...args] = process.argv.slice(2)
// _kit is what they share, no program
const names = packagesIn('examples').filter(name => !name.startsWith('_'))
if (name === undefined || !names.includes(name)) {
  fail(
    `${name === undefined ? 'No example was named' : `There is no example "${name}"`}; ` +
      `expected one of ${names.join(', ') || 'none, examples/ is empty'}.`,
  )
}
await prepare()
await runProgram(`examples/${name}/dist/main.js`, args)
