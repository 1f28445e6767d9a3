import { DlError, showValue } from '@dl/core'

/**
 * Names of files and folders, by what they are for; those left out are fine.
 *
 * @throws DlError `bad-option`
 */
export function requireNames(names: Readonly<Record<string, unknown>>): void {
  for (const [what, name] of Object.entries(names)) {
    if (name === undefined || typeof name === 'string') continue
    throw new DlError('bad-option', {
      problem: `${what} is ${showValue(name)}`,
      expected: 'the name of a file or folder',
    })
  }
}
