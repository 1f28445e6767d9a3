/** Files on a page's own disk, the origin private file system. */
import { DlError } from '@dl/core'
import { requireBytes } from '../check'
import { fileNotFound, notWritten, requireFile, splitPrefix } from './paths'
import type { FileStorage } from './types'

/** Where browsers keep what is being written. */
const SWAP = /\.crswap$/

/**
 * Keeps files in the origin private file system. A browser puts a written file in place when it is
 * closed. It makes a new file empty before, so an empty file is one whose first write was cut off:
 * it counts as none.
 *
 * @throws DlError `no-storage` where a page has none
 *
 * @example
 * ```ts no-run
 * import { opfsStorage } from '@dl/data'
 *
 * const storage = opfsStorage()
 * await storage.write('runs/a.bin', Uint8Array.of(1, 2))
 * ```
 */
export function opfsStorage(): FileStorage {
  if (!hasOpfs()) {
    throw new DlError('no-storage', {
      problem: 'there is no origin private file system here that can be written',
      expected: 'a page on https: or localhost',
      fix: 'Use indexedDbStorage(), which every page has.',
    })
  }

  async function folderAt(names: readonly string[], create: boolean) {
    let folder = await navigator.storage.getDirectory()
    for (const name of names) folder = await folder.getDirectoryHandle(name, { create })
    return folder
  }

  async function fileAt(path: string): Promise<File | null> {
    const names = path.split('/')
    const name = names.pop()!
    try {
      const handle = await (await folderAt(names, false)).getFileHandle(name)
      const file = await handle.getFile()
      return file.size > 0 ? file : null
    } catch (error) {
      if (isMissing(error)) return null
      throw new DlError('read-failed', {
        problem: `could not read ${path}: ${(error as Error).message}`,
        cause: error,
      })
    }
  }

  return {
    async read(path) {
      requireFile(path)
      const file = await fileAt(path)
      if (file === null) throw fileNotFound(path)
      return new Uint8Array(await file.arrayBuffer())
    },
    async write(path, bytes) {
      requireFile(path)
      requireBytes(`the content of ${path}`, bytes)
      const names = path.split('/')
      const name = names.pop()!
      try {
        const handle = await (await folderAt(names, true)).getFileHandle(name, { create: true })
        const stream = await handle.createWritable()
        try {
          // of unshared memory, or it is refused
          await stream.write(new Uint8Array(bytes))
          await stream.close()
        } catch (error) {
          await stream.abort().catch(() => {})
          throw error
        }
      } catch (cause) {
        throw notWritten(path, cause)
      }
    },
    async list(prefix) {
      const { folder, start } = splitPrefix(prefix)
      const found: string[] = []
      try {
        const names = folder.split('/').filter(name => name !== '')
        for await (const [name, entry] of entriesOf(await folderAt(names, false))) {
          if (entry.kind !== 'file' || !name.startsWith(start) || name.startsWith('.')) continue
          if (SWAP.test(name)) continue
          if ((await (entry as FileSystemFileHandle).getFile()).size > 0) found.push(folder + name)
        }
      } catch (error) {
        if (!isMissing(error)) throw error
      }
      return found.sort()
    },
    async remove(path) {
      requireFile(path)
      const names = path.split('/')
      const name = names.pop()!
      try {
        await (await folderAt(names, false)).removeEntry(name)
      } catch (error) {
        if (!isMissing(error)) throw error
      }
    },
  }
}

/** Whether this page has one, and can write to it outside of a worker. */
export const hasOpfs = (): boolean =>
  typeof navigator !== 'undefined' &&
  typeof navigator.storage?.getDirectory === 'function' &&
  typeof FileSystemFileHandle !== 'undefined' &&
  'createWritable' in FileSystemFileHandle.prototype

const isMissing = (error: unknown): boolean =>
  ['NotFoundError', 'TypeMismatchError'].includes((error as Error | null)?.name ?? '')

/** TypeScript's types of the DOM have it in a library of their own. */
const entriesOf = (folder: FileSystemDirectoryHandle) =>
  (
    folder as unknown as { entries(): AsyncIterable<[name: string, entry: FileSystemHandle]> }
  ).entries()
