import { DlError } from '@dl/core'

/** Runs a program; what went wrong is in the message, a stack helps only where it is a bug. */
export function program(main: () => Promise<void>): void {
  main().catch(error => {
    console.error(DlError.is(error) ? error.message : error)
    process.exitCode = 1
  })
}
