/** UTF-8 as strict as Python reads it: bytes that are no UTF-8 are an error that says where. */
import { DlError } from '@dl/core'

/** The text of `bytes`; `path` is what the error calls them. */
export function decodeUtf8(bytes: Uint8Array, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw new DlError('not-utf8', {
      problem: `${path} is not UTF-8: ${complaint(bytes)}`,
      expected: 'UTF-8 text',
      fix: 'Convert it first, with `iconv -f latin1 -t utf-8` for example.',
      cause,
    })
  }
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
