/** `npm start`: the character language model of the lesson, from nothing to generated text. */
import { asksForHelp } from './options.mjs'
import { prepare, runProgram } from './workspace.mjs'

const args = process.argv.slice(2)
const isOwnText = args.some(arg => /^--(corpus|load)(=|$)/.test(arg))
if (!asksForHelp(args) && !isOwnText) {
  const { DL_DATA } = process.env
  const folder = DL_DATA ? `nietzsche/nietzsche.txt in ${DL_DATA} (DL_DATA)` : 'its cache'
  process.stderr.write(
    `The text is Nietzsche's: from ${folder}, else downloaded once (0.6 MB); offline it is the ` +
      "TypeScript library's declaration files. --corpus takes another.\n",
  )
}
await prepare()
await runProgram('examples/char-lm/dist/main.js', args)
