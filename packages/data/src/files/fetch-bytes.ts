import { DlError } from '@dl/core'

/**
 * The bytes at an address; in Node and in a page alike.
 *
 * @param most so many from the first on (default: all)
 */
export async function fetchBytes(url: string | URL, most?: number): Promise<Uint8Array> {
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
