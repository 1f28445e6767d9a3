import { files as platformFiles } from '#files'
import type { Files } from './types'

/**
 * The files of the platform this runs on.
 *
 * @example
 * ```ts
 * import { files } from '@dl/data'
 *
 * files.join('data', 'nietzsche', 'trn') // → data/nietzsche/trn
 * await files.exists('no/such/file') // → false
 * ```
 */
export const files: Files = platformFiles
