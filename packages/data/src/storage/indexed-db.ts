/** Files in a page's IndexedDB, which every browser has. */
import { DlError } from '@dl/core'
import { requireBytes, requireText } from '../check'
import { fileNotFound, inFolder, notWritten, requireFile } from './paths'
import type { FileStorage } from './types'

const FILES = 'files'

/**
 * Keeps files in a database of the page's origin. A write is one transaction, so it is whole or not
 * at all.
 *
 * @param name of the database
 * @throws DlError `no-storage` where there is no IndexedDB, as in Node
 *
 * @example
 * ```ts no-run
 * import { indexedDbStorage } from '@dl/data'
 *
 * const storage = indexedDbStorage()
 * await storage.write('runs/a.bin', Uint8Array.of(1, 2))
 * ```
 */
export function indexedDbStorage(name = 'dl'): FileStorage {
  requireText('the name of the database', name)
  if (typeof indexedDB === 'undefined') {
    throw new DlError('no-storage', {
      problem: 'there is no IndexedDB here',
      expected: 'a page or its worker',
      fix: 'In Node files do: leave the storage out.',
    })
  }
  let opened: Promise<IDBDatabase> | null = null

  function open(): Promise<IDBDatabase> {
    return new Promise((resolve, reject) => {
      const request = indexedDB.open(name, 1)
      request.onupgradeneeded = () => request.result.createObjectStore(FILES)
      request.onsuccess = () => {
        const database = request.result
        // else a page that deletes or upgrades it would wait for this one
        database.onversionchange = () => {
          database.close()
          opened = null
        }
        resolve(database)
      }
      request.onerror = () => reject(request.error)
    })
  }

  /** One transaction; what its request gave, once all of it is kept. */
  async function within<T>(
    mode: IDBTransactionMode,
    work: (files: IDBObjectStore) => IDBRequest<T>,
  ): Promise<T> {
    const database = await (opened ??= open())
    return new Promise((resolve, reject) => {
      const transaction = database.transaction(FILES, mode, { durability: 'strict' })
      const request = work(transaction.objectStore(FILES))
      transaction.oncomplete = () => resolve(request.result)
      transaction.onabort = () => reject(transaction.error)
    })
  }

  return {
    async read(path) {
      requireFile(path)
      const bytes = await within<Uint8Array | undefined>('readonly', files => files.get(path))
      if (bytes === undefined) throw fileNotFound(path)
      return bytes
    },
    async write(path, bytes) {
      requireFile(path)
      requireBytes(`the content of ${path}`, bytes)
      // a copy, as a view would take its whole buffer along, and one of shared memory is refused
      const own = new Uint8Array(bytes)
      try {
        await within('readwrite', files => files.put(own, path))
      } catch (cause) {
        throw notWritten(path, cause)
      }
    },
    list: async prefix =>
      inFolder((await within('readonly', files => files.getAllKeys())) as string[], prefix),
    async remove(path) {
      requireFile(path)
      await within('readwrite', files => files.delete(path))
    },
  }
}
