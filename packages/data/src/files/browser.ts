/** Files in a page: URLs, to be read. */
import { DlError } from '@dl/core'
import type { Files } from './types'
import { decodeUtf8 } from './utf8'

export const files: Files = {
  join: (folder, ...names) => [folder, ...names].join('/').replace(/([^:/])\/+/g, '$1/'),
  list: async url => [url],
  async folders(url) {
    throw new DlError('no-folders', {
      problem: `cannot list what is in ${url}: a page has no folders`,
      fix: 'Name the files themselves.',
    })
  },
  exists: url =>
    fetch(url, { method: 'HEAD' }).then(
      response => response.ok,
      () => false,
    ),
  readBytes,
  readText: async url => decodeUtf8(await readBytes(url), url),
  async writeAtomic(path) {
    throw new DlError('write-failed', {
      problem: `cannot write ${path}: a page has no file system`,
      fix: 'Encode in memory (encodeSafetensors, for example) and store the bytes with the Cache API, or offer them as a download.',
    })
  },
  cacheFolder: () => null,
  env: () => undefined,
  sha256() {
    const chunks: Uint8Array<ArrayBuffer>[] = []
    return {
      update: chunk => void chunks.push(new Uint8Array(chunk)),
      // WebCrypto hashes whole buffers only
      async digest() {
        const bytes = await new Blob(chunks).arrayBuffer()
        const sum = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
        return Array.from(sum, byte => byte.toString(16).padStart(2, '0')).join('')
      },
    }
  },
}

async function readBytes(url: string, most?: number): Promise<Uint8Array> {
  // a server may pass over the range
  const request = most === undefined ? {} : { headers: { range: `bytes=0-${most - 1}` } }
  const response = await fetch(url, request).catch((cause: Error) => {
    throw new DlError('read-failed', { problem: `could not fetch ${url}: ${cause.message}`, cause })
  })
  if (response.ok) return new Uint8Array(await response.arrayBuffer()).subarray(0, most)
  throw new DlError(response.status === 404 ? 'not-found' : 'read-failed', {
    problem: `could not fetch ${url}: HTTP ${response.status} ${response.statusText}`.trimEnd(),
  })
}
