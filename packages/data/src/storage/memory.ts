import { requireBytes } from '../check'
import { fileNotFound, inFolder, requireFile } from './paths'
import type { FileStorage } from './types'

/**
 * Files that last as long as the program: for tests, and for pages that keep nothing.
 *
 * @example
 * ```ts
 * import { memoryStorage } from '@dl/data'
 *
 * const storage = memoryStorage()
 * await storage.write('runs/a.bin', Uint8Array.of(1, 2))
 * await storage.list('runs/') // → runs/a.bin
 * await storage.read('runs/a.bin') // → 1,2
 * ```
 */
export function memoryStorage(): FileStorage {
  const all = new Map<string, Uint8Array>()
  return {
    async read(path) {
      requireFile(path)
      const bytes = all.get(path)
      if (bytes === undefined) throw fileNotFound(path)
      return bytes.slice()
    },
    async write(path, bytes) {
      requireFile(path)
      requireBytes(`the content of ${path}`, bytes)
      all.set(path, new Uint8Array(bytes))
    },
    list: async prefix => inFolder(all.keys(), prefix),
    async remove(path) {
      requireFile(path)
      all.delete(path)
    },
  }
}
