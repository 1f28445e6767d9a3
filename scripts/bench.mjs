/** `npm run bench <suite> -- …`: one of the measurements in benchmarks/. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { chosen } from './choice.mjs'
import { prepare, root, runProgram } from './workspace.mjs'

const { name, args } = chosen(process.argv.slice(2), {
  kind: 'suite',
  names: readdirSync(join(root, 'benchmarks/src'))
    .filter(file => file.endsWith('.ts') && !file.startsWith('_'))
    .map(file => file.slice(0, -3)),
  usage: 'npm run bench <suite> -- <options>',
})
await prepare()
await runProgram(`benchmarks/dist/${name}.js`, args)
