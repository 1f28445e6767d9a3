/**
 * What a file is where it is not what its name promised: a pointer that Git LFS left, the page of a
 * server that wanted a password, an archive of another kind.
 */

import { requireBytes } from './check'

export interface FileKind {
  readonly kind: keyof typeof KINDS
  /** As errors say it: `a zip archive`. */
  readonly name: string
  /** What to do about it, whatever was wanted; for archives and the like that depends. */
  readonly fix?: string
}

interface Entry {
  readonly name: string
  readonly fix?: string
  matches(start: string): boolean
}

const begins =
  (...starts: string[]) =>
  (text: string): boolean =>
    starts.some(start => text.startsWith(start))

const FETCH =
  'A server may have answered so for want of a login or a file: fetch it again and look.'

const KINDS = {
  lfs: {
    name: 'a Git LFS pointer, which stands for a file that was not fetched',
    fix: 'Run `git lfs pull` where it was cloned, or download the file itself.',
    matches: begins('version https://git-lfs'),
  },
  html: {
    name: 'a web page (HTML)',
    fix: FETCH,
    matches: text => /^\s*(<!--|<!doctype html|<html|<head|<body)/i.test(text),
  },
  xml: {
    name: 'an XML text',
    fix: FETCH,
    matches: text => /^\s*<\?xml/i.test(text),
  },
  json: { name: 'a JSON text', matches: text => /^\s*[{[]\s*["{[\]}]/.test(text) },
  zip: { name: 'a zip archive', matches: begins('PK\x03\x04', 'PK\x05\x06') },
  gzip: { name: 'packed by gzip', matches: begins('\x1f\x8b') },
  bzip2: { name: 'packed by bzip2', matches: text => /^BZh[1-9]/.test(text) },
  xz: { name: 'packed by xz', matches: begins('\xfd7zXZ\0') },
  '7z': { name: 'a 7z archive', matches: begins("7z\xbc\xaf'\x1c") },
  zstd: { name: 'packed by zstd', matches: begins('(\xb5/\xfd') },
  rar: { name: 'a rar archive', matches: begins('Rar!\x1a\x07') },
  tar: { name: 'a tar archive', matches: text => text.startsWith('ustar', 257) },
  // protocols 2 to 5
  pickle: {
    name: 'a pickle of Python',
    matches: begins('\x80\x02', '\x80\x03', '\x80\x04', '\x80\x05'),
  },
  hdf5: { name: 'an HDF5 file', matches: begins('\x89HDF\r\n\x1a\n') },
  npy: { name: 'a NumPy array', matches: begins('\x93NUMPY') },
  gguf: { name: 'a GGUF file', matches: begins('GGUF') },
} as const satisfies Record<string, Entry>

/** So much of a file is enough. */
const HEAD_BYTES = 512

/**
 * What its first bytes (512 are enough) tell of a file, or null where they are of none of the kinds
 * that people meet in place of pictures, weights and archives.
 *
 * @example
 * ```ts
 * import { fileKind } from '@dl/data'
 *
 * const page = new TextEncoder().encode('<!DOCTYPE html><title>Sign in</title>')
 * fileKind(page)?.name // → a web page (HTML)
 * fileKind(Uint8Array.of(1, 2, 3)) // → null
 * ```
 */
export function fileKind(bytes: Uint8Array): FileKind | null {
  requireBytes('what fileKind got', bytes)
  // a byte order mark may stand before a text
  const start = String.fromCharCode(...bytes.subarray(0, HEAD_BYTES)).replace(/^\xef\xbb\xbf/, '')
  for (const [kind, { matches, ...about }] of Object.entries<Entry>(KINDS)) {
    if (matches(start)) return { kind: kind as FileKind['kind'], ...about }
  }
  return null
}
