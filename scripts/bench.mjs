/** `npm run bench <suite> -- …`: one of the measurements in benchmarks/. */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fail, prepare, root, runProgram } from './workspace.mjs'

const [suite, ...args] = process.argv.slice(2)
const folder = join(root, 'benchmarks/src')
const suites = (existsSync(folder) ? readdirSync(folder) : [])
  .filter(file => file.endsWith('.ts') && !file.startsWith('_'))
  .map(file => file.slice(0, -3))
if (suite === undefined || !suites.includes(suite)) {
  fail(
    `${suite === undefined ? 'No suite was named' : `There is no suite "${suite}"`}; ` +
      `expected one of ${suites.join(', ') || 'none, benchmarks/ is empty'}.`,
  )
}
await prepare()
await runProgram(`benchmarks/dist/${suite}.js`, args)
