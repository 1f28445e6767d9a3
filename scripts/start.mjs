/** `npm start`: the character language model of the lesson, from nothing to generated text. */
import { prepare, runProgram } from './workspace.mjs'

await prepare()
await runProgram('examples/char-lm/dist/main.js', process.argv.slice(2))
