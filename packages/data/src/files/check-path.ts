import { DlError, showValue } from '@dl/core'

/** Refuses what is no path before a file system sees it: to Node a number is a file that is open. */
export function requirePath(path: string | URL): void {
  if (typeof path === 'string' || path instanceof URL) return
  throw new DlError('read-failed', {
    problem: `the path is ${showValue(path)}`,
    expected: 'a text',
  })
}
