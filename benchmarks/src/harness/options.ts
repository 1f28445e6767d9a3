/** The command lines of the suites. */
import { asksForHelp, type Options, readArgs, sentence } from '../../../scripts/options.mjs'

export const flag = { type: 'boolean', default: false } as const

/** The values of the options; what is no option, or a cry for help, ends the program. */
export function readOptions<T extends Options>(help: string, options: T) {
  const args = process.argv.slice(2)
  if (asksForHelp(args)) end(help, 0)
  const { values, complaint } = readArgs(args, options)
  if (complaint !== null) end(sentence(complaint), 1)
  return values
}

/** The number that an option says, or the end of the program. */
export function integer(name: string, text: string, least = 1): number {
  const number = Number(text)
  if (Number.isSafeInteger(number) && number >= least) return number
  return end(`--${name} is "${text}"; expected an integer of at least ${least}.`, 1)
}

/** Writes why, and ends the program. */
export function end(text: string, code: number): never {
  process[code === 0 ? 'stdout' : 'stderr'].write(`${text.trimEnd()}\n`)
  process.exit(code)
}
