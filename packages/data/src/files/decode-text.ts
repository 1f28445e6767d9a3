/**
 * Text as strict as Python reads it: bytes that are no text are an error that says where. UTF-8, or
 * UTF-16 with its mark, as editors on Windows save "Unicode".
 */
import { DlError } from '@dl/core'

/** The text of `bytes`, without a mark; `path` is what errors call them. */
export function decodeText(bytes: Uint8Array, path: string): string {
  const encoding = encodingOf(bytes)
  try {
    const text = new TextDecoder(encoding, { fatal: true }).decode(bytes)
    if (!text.includes('\0')) return text
  } catch (cause) {
    if (encoding !== 'utf-8') {
      throw new DlError('not-text', {
        problem: `${path} begins as ${encoding.toUpperCase()} but is not`,
        expected: 'text',
        fix: 'It is cut off or was put together of files in several encodings.',
        cause,
      })
    }
    if (!bytes.includes(0)) throw notUtf8(bytes, path, cause)
  }
  throw new DlError('not-text', {
    problem: `${path} is no text: byte ${bytes.indexOf(0)} is 0x00`,
    expected: 'UTF-8, or UTF-16 with a byte order mark',
    fix: 'UTF-16 without its mark is converted by `iconv -f utf-16le -t utf-8`; a picture or an archive is not.',
  })
}

function encodingOf([first, second]: Uint8Array): 'utf-8' | 'utf-16le' | 'utf-16be' {
  if (first === 0xff && second === 0xfe) return 'utf-16le'
  if (first === 0xfe && second === 0xff) return 'utf-16be'
  return 'utf-8'
}

function notUtf8(bytes: Uint8Array, path: string, cause: unknown): DlError {
  return new DlError('not-utf8', {
    problem: `${path} is not UTF-8: ${complaint(bytes)}`,
    expected: 'UTF-8 text',
    fix: 'Convert it first, with `iconv -f latin1 -t utf-8` for example.',
    cause,
  })
}

function complaint(bytes: Uint8Array): string {
  const bad = firstBadByte(bytes)
  // The character that went wrong began up to three bytes earlier.
  let start = bad
  while (!decodes(bytes.subarray(0, start), false)) start--
  if (bad === bytes.length) return `it ends in the middle of a character, at byte ${start}`
  return `byte ${start} is 0x${bytes[start]!.toString(16).padStart(2, '0')}`
}

/** Halves the range: a prefix decodes as long as the bad byte lies after it. */
function firstBadByte(bytes: Uint8Array): number {
  let good = 0
  let bad = bytes.length + 1
  while (bad - good > 1) {
    const middle = (good + bad) >> 1
    if (decodes(bytes.subarray(0, middle), true)) good = middle
    else bad = middle
  }
  return good
}

function decodes(bytes: Uint8Array, stream: boolean): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream })
    return true
  } catch {
    return false
  }
}
