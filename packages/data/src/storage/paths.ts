/** Paths of storages, which are names with slashes between, and what may be wrong with them. */
import { DlError, showValue } from '@dl/core'
import { requireText } from '../check'

/** Refuses what names no file, or leads out of the storage. */
export function requireFile(path: string): void {
  requireText('the path', path)
  if (path.split('/').every(name => name !== '' && name !== '.' && name !== '..')) return
  throw new DlError('bad-option', {
    problem: `the path is ${showValue(path)}`,
    expected: "names with a slash between, such as 'runs/model.safetensors'",
  })
}

export const fileNotFound = (path: string): DlError =>
  new DlError('not-found', { problem: `there is no file ${path} in this storage` })

/** A page's disk did not take it. */
export const notWritten = (path: string, cause: unknown): DlError =>
  new DlError('write-failed', {
    problem: `could not write ${path}: ${(cause as Error | null)?.message ?? 'the transaction was aborted'}`,
    fix: 'Free some of what this page keeps, or ask the user for more: navigator.storage.persist(). Nothing was changed.',
    cause,
  })

/** A prefix's folder and how names in it begin. */
export function splitPrefix(prefix: string): { folder: string; start: string } {
  requireText('the prefix', prefix)
  const at = prefix.lastIndexOf('/') + 1
  return { folder: prefix.slice(0, at), start: prefix.slice(at) }
}

/** Those of `paths` that begin with `prefix` and lie in its folder. */
export function inFolder(paths: Iterable<string>, prefix: string): string[] {
  const { folder, start } = splitPrefix(prefix)
  return [...paths]
    .filter(path => {
      const name = path.slice(folder.length)
      return path.startsWith(folder) && name.startsWith(start) && isShown(name)
    })
    .sort()
}

const isShown = (name: string): boolean => !name.startsWith('.') && !name.includes('/')
