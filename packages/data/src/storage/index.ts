import { storage } from '#files'
import type { FileStorage } from './types'

/**
 * Where files are kept unless a program says otherwise: in Node the file system, in a page its
 * origin private file system, or IndexedDB where a browser cannot write to that.
 *
 * @example
 * ```ts
 * import { fileStorage } from '@dl/data'
 *
 * await fileStorage().list('no/such/folder/') // →
 * ```
 */
export const fileStorage = (): FileStorage => storage()
