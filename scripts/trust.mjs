/** `npm run trust -- …`: attacks on what people trust, in trust/. */
import { prepare, runProgram } from './workspace.mjs'

await prepare()
await runProgram('trust/dist/main.js', process.argv.slice(2))
