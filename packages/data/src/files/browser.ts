/** Files in a page: URLs, to be read. */
import { DlError } from '@dl/core'
import { fetchBytes } from './fetch-bytes'
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
  readBytes: fetchBytes,
  readText: async url => decodeUtf8(await fetchBytes(url), url),
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
