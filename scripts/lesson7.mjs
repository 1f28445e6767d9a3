/** `npm run lesson7 -- <row> …`: one of the lesson's runs, in benchmarks/. */
import { prepare, runProgram } from './workspace.mjs'

await prepare()
await runProgram('benchmarks/dist/lesson7/main.js', process.argv.slice(2))
