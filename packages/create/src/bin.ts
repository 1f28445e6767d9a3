#!/usr/bin/env node
/** `npm create @dl`: a folder that trains. */
import { HELP, readArguments } from './arguments'
import { install, linesFor } from './install'
import { starter } from './starter'
import { nameOf, occupied, write } from './write'

function main(args: string[]): string | null {
  const asked = readArguments(args)
  if (asked === null) {
    process.stdout.write(HELP)
    return null
  }
  if (typeof asked === 'string') return asked
  const { folder, template } = asked
  const taken = occupied(folder)
  if (taken !== null) return taken
  const made = starter(template, nameOf(folder))
  write(folder, made.files)
  const lines = linesFor(made, process.env.npm_config_user_agent)
  const failed = asked.install ? install(folder, lines) : null
  if (failed !== null) return `The files are in ${folder}, but this failed there: ${failed}`
  const steps = [
    `cd ${folder}`,
    ...(asked.install ? [] : lines.install.map(line => line.join(' '))),
    lines.start,
  ]
  process.stdout.write(`${steps.join('\n')}\n`)
  return null
}

const problem = main(process.argv.slice(2))
if (problem !== null) {
  process.stderr.write(`${problem}\n`)
  process.exitCode = 1
}
