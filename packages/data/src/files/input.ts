/** Files from wherever a program has them. */
import { DlError } from '@dl/core'
import { requireText } from '../check'
import { fetchBytes } from './fetch-bytes'
import { files } from './index'

/** A path (in a page its URL), an address, a file that was picked or dropped, or its bytes. */
export type FileInput = string | URL | Blob | ArrayBuffer | Uint8Array

const REMOTE = /^(https?|blob|data):/

/** Of a URL, at most; a `data:` one holds the whole file. */
const LONGEST_NAME = 80

/**
 * The bytes of a file, and what messages call it.
 *
 * @param what it is to be, for the message: 'a picture'
 * @throws DlError `bad-option` for what is no file; `not-found`, `read-failed`
 *
 * @example
 * ```ts
 * import { readInput } from '@dl/data'
 *
 * const { bytes, name } = await readInput(new Blob(['hello']))
 * bytes.length // → 5
 * name // → the Blob
 * ```
 */
export async function readInput(
  input: FileInput,
  what = 'a file',
): Promise<{ bytes: Uint8Array; name: string }> {
  requireText('what is asked for', what)
  if (input instanceof Uint8Array) return { bytes: input, name: 'the bytes' }
  if (input instanceof ArrayBuffer) return { bytes: new Uint8Array(input), name: 'the bytes' }
  if (input instanceof Blob) {
    const name = input instanceof File ? input.name : 'the Blob'
    return { bytes: new Uint8Array(await input.arrayBuffer()), name }
  }
  if (input instanceof URL || (typeof input === 'string' && input !== '')) {
    const name = String(input)
    const short = name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME)}…` : name
    if (REMOTE.test(name)) return { bytes: await fetchBytes(input), name: short }
    const path = name.startsWith('file:') && URL.canParse(name) ? new URL(name) : name
    return { bytes: await files.readBytes(path), name: short }
  }
  throw new DlError('bad-option', {
    problem: `${what} was asked for, and there is ${kindOf(input)}`,
    expected: 'a path, a URL, a Blob (a File is one), an ArrayBuffer or a Uint8Array',
  })
}

/** A value of the wrong kind, as messages name it. */
function kindOf(value: unknown): string {
  if (value === '') return 'an empty text'
  if (typeof value === 'function') return `the function ${value.name}`.trimEnd()
  if (typeof value !== 'object' || value === null) return `the ${typeof value} ${String(value)}`
  return `a value of the kind ${value.constructor?.name ?? 'Object'}`
}
