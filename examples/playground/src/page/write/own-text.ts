/** A text of the reader's, looked at before it is trained on. */
import { DlError } from '@dl/core'
import { TEXTS } from '../plan'
import type { OwnText } from '../worker/protocol'

/** Its numbers, its streams and its letters must fit into a page beside each other. */
const MOST_BYTES = 32 * 2 ** 20

/** Enough that each of the streams has some batches. */
const LEAST_LETTERS = 40 * TEXTS.own.bs

/** @throws DlError `bad-text` for what is too large, too short or no text */
export async function readOwnText(file: File): Promise<OwnText> {
  const { name, size } = file
  if (size > MOST_BYTES) {
    throw refusal(
      `${name} has ${megabytes(size)}`,
      `at most ${megabytes(MOST_BYTES)}`,
      'Cut a part out of it: a few hundred kilobytes teach a small net all it can learn.',
    )
  }
  const bytes = new Uint8Array(await file.arrayBuffer())
  const text = decoded(bytes, name)
  if (text.trim().length < LEAST_LETTERS) {
    throw refusal(
      size === 0 ? `${name} is empty` : `${name} has ${text.trim().length} letters`,
      `at least ${LEAST_LETTERS}`,
      'A page of prose is the least to learn from; a book is better.',
    )
  }
  return { name, text }
}

function decoded(bytes: Uint8Array, name: string): string {
  const encoding =
    bytes[0] === 0xff && bytes[1] === 0xfe
      ? 'utf-16le'
      : bytes[0] === 0xfe && bytes[1] === 0xff
        ? 'utf-16be'
        : 'utf-8'
  try {
    const text = new TextDecoder(encoding, { fatal: true }).decode(bytes)
    if (!text.includes('\0')) return text
  } catch {
    // bytes that no text has
  }
  throw refusal(`${name} is no text`, 'a file of letters, in UTF-8 or UTF-16')
}

const megabytes = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MB`

const refusal = (problem: string, expected: string, fix?: string): DlError =>
  new DlError('bad-text', { problem, expected, ...(fix && { fix }) })
