/** `npm run example <name> -- …`: one of the programs in examples/. */
import { chosen } from './choice.mjs'
import { prepare, programsIn, runProgram } from './workspace.mjs'

const { name, args } = chosen(process.argv.slice(2), {
  kind: 'example',
  names: programsIn('examples'),
  usage: 'npm run example <example> -- <options>',
})
await prepare()
await runProgram(`examples/${name}/dist/main.js`, args)
