import { DlError } from '@dl/core'
import { asksForHelp } from '../../../scripts/options.mjs'

/**
 * Runs a program on its command line, or prints what that may be. What went wrong is in the message,
 * a stack helps only where it is a bug.
 */
export function program(help: string, main: (args: string[]) => Promise<void>): void {
  const args = process.argv.slice(2)
  if (asksForHelp(args)) {
    process.stdout.write(help)
    return
  }
  main(args).catch(error => {
    console.error(DlError.is(error) ? error.message : error)
    process.exitCode = 1
  })
}
