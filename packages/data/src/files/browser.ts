/** Files in a page: URLs, to be read. */
import { DlError } from '@dl/core'
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import { requireBytes, requirePositive, requireText } from '../check'
import { indexedDbStorage } from '../storage/indexed-db'
import { hasOpfs, opfsStorage } from '../storage/opfs'
import type { FileStorage } from '../storage/types'
import { requirePath } from './check-path'
import { decodeText } from './decode-text'
import { fetchBytes } from './fetch-bytes'
import type { Files } from './types'

export const files: Files = {
  join(...names) {
    for (const name of names) requireText('a name of the path', name)
    return names.join('/').replace(/([^:/])\/+/g, '$1/')
  },
  async list(url) {
    requirePath(url)
    return [url]
  },
  async folders(url) {
    requirePath(url)
    throw new DlError('no-folders', {
      problem: `cannot list what is in ${url}: a page has no folders`,
      fix: 'Name the files themselves.',
    })
  },
  async exists(url) {
    requirePath(url)
    return fetch(url, { method: 'HEAD' }).then(
      response => response.ok,
      () => false,
    )
  },
  // a page has no links
  isWithin: async () => true,
  readBytes,
  async *chunks(url) {
    yield await readBytes(url)
  },
  async stamp(url) {
    const { headers } = await fetch(url, { method: 'HEAD' })
    return `${headers.get('content-length')} ${headers.get('last-modified')} ${headers.get('etag')}`
  },
  readText: async url => decodeText(await readBytes(url), url),
  async writeAtomic(path) {
    throw readOnly(path)
  },
  async append(path) {
    throw readOnly(path)
  },
  cacheFolder: () => null,
  env: () => undefined,
  // WebCrypto hashes whole buffers only
  sha256() {
    const hash = sha256.create()
    return {
      update(chunk) {
        requireBytes('what sha256 got', chunk)
        hash.update(chunk)
      },
      // of a copy: a hash gives its sum once and takes no more
      digest: async () => bytesToHex(hash.clone().digest()),
    }
  },
}

/** What a page may keep: its own disk, or its database where a browser cannot write to that. */
export const storage = (): FileStorage => (hasOpfs() ? opfsStorage() : indexedDbStorage())

function readOnly(path: string): DlError {
  requirePath(path)
  return new DlError('write-failed', {
    problem: `cannot write ${path}: a page has no file system`,
    fix: 'Encode in memory (encodeTensors, for example) and keep the bytes with fileStorage(), or offer them as a download.',
  })
}

async function readBytes(url: string | URL, most?: number): Promise<Uint8Array> {
  requirePath(url)
  if (most !== undefined) requirePositive('most', most)
  return fetchBytes(url, most)
}
