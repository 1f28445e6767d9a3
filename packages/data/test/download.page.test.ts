/** What a page downloads: checked piece by piece, kept nowhere. */
import { downloadBytes } from '@dl/data'
import { expect, it } from 'vitest'

/** More than is held as it came. */
const content = Uint8Array.from({ length: 2 ** 24 + 2 ** 20 + 5 }, (_, i) => (i * i) >> 3)

async function remote(bytes: Uint8Array<ArrayBuffer>) {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', content))
  return {
    url: URL.createObjectURL(new Blob([bytes])),
    sha256: Array.from(digest, byte => byte.toString(16).padStart(2, '0')).join(''),
    name: 'corpus/numbers.bin',
  }
}

it('gives all that came, whole', async () => {
  const { bytes, source } = await downloadBytes(await remote(content))
  expect(source).toBe('download')
  expect(bytes.length).toBe(content.length)
  // toEqual takes a minute for as many
  expect(bytes.findIndex((byte, i) => byte !== content[i])).toBe(-1)
})

it('refuses what was altered, at the first byte and behind the last', async () => {
  const altered = content.slice()
  altered[0]! ^= 1
  for (const bytes of [
    altered,
    new Uint8Array([...content.subarray(0, 9)]),
    content.slice(0, -1),
  ]) {
    await expect(downloadBytes(await remote(bytes))).rejects.toMatchObject({
      code: 'wrong-checksum',
    })
  }
})
