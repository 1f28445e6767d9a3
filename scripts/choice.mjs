import { asksForHelp, nearest } from './options.mjs'
import { fail } from './workspace.mjs'

/**
 * The name that a command line begins with, and what follows it. Without a name, or with one that
 * nobody knows, the program ends and says which there are.
 * @param {readonly string[]} argv
 * @param {{ kind: string, names: string[], usage: string }} choice
 */
export function chosen([name, ...args], { kind, names, usage }) {
  if (name !== undefined && names.includes(name)) return { name, args }
  const known = `one of ${names.join(', ')}`
  if (name === undefined) fail(`No ${kind} was named; expected ${known}.`)
  if (asksForHelp([name])) {
    console.log(
      `${usage}, where <${kind}> is ${known}. What each takes says -- --help after its name.`,
    )
    process.exit(0)
  }
  const near = nearest(name, names)
  const fix = near === null ? '' : ` Did you mean ${near}?`
  fail(`There is no ${kind} "${name}"; expected ${known}.${fix}`)
}
