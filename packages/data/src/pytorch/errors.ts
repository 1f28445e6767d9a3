/** What is said of PyTorch files that cannot be read. */
import { DlError } from '@dl/core'

export const corrupt = (problem: string, expected?: string): DlError =>
  new DlError('bad-pytorch-file', {
    problem: `it is no valid PyTorch file: ${problem}`,
    expected,
    fix: 'It may be cut short or damaged; write or download it again.',
  })

export const unsupported = (problem: string, expected?: string, fix?: string): DlError =>
  new DlError('unsupported-pytorch-file', { problem, expected, fix })

/** Puts the file's name before what was said where it was not known. */
export function named<T>(name: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (!DlError.is(error)) throw error
    const problem = `${name}: ${error.message.replace(/\.$/, '')}`
    throw new DlError(error.code, { problem, cause: error })
  }
}
