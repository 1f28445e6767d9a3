/** `npm run example <name> -- …`: one of the programs in examples/. */
import { chosen } from './choice.mjs'
import { packagesIn, prepare, runProgram } from './workspace.mjs'

const { name, args } = chosen(process.argv.slice(2), {
  kind: 'example',
  // _kit is what they share, no program
  names: packagesIn('examples').filter(name => !name.startsWith('_')),
  usage: 'npm run example <example> -- <options>',
})
await prepare()
await runProgram(`examples/${name}/dist/main.js`, args)
