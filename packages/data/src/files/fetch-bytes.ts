import { DlError } from '@dl/core'

/** The bytes at an address; in Node and in a page alike. */
export async function fetchBytes(url: string | URL): Promise<Uint8Array> {
  const response = await fetch(url).catch((cause: Error) => {
    throw new DlError('read-failed', { problem: `could not fetch ${url}: ${cause.message}`, cause })
  })
  if (response.ok) return new Uint8Array(await response.arrayBuffer())
  throw new DlError(response.status === 404 ? 'not-found' : 'read-failed', {
    problem: `could not fetch ${url}: HTTP ${response.status} ${response.statusText}`.trimEnd(),
  })
}
