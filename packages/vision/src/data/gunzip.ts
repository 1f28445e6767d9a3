import { DlError } from '@dl/core'

/**
 * The bytes of a gzip file, unpacked off the main thread; those of another file as they are.
 *
 * @param name what the error calls it
 */
export async function gunzip(bytes: Uint8Array, name: string): Promise<Uint8Array> {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes
  const unpacked = new Blob([bytes as Uint8Array<ArrayBuffer>])
    .stream()
    .pipeThrough(new DecompressionStream('gzip'))
  const pieces: Uint8Array<ArrayBuffer>[] = []
  let size = 0
  try {
    for (const reader = unpacked.getReader(); ; ) {
      const { done, value } = await reader.read()
      if (done) break
      size += value.length
      if (size > largest(bytes.length)) {
        reader.cancel().catch(() => {})
        throw bomb(name, bytes.length)
      }
      pieces.push(value as Uint8Array<ArrayBuffer>)
    }
    return new Uint8Array(await new Blob(pieces).arrayBuffer())
  } catch (cause) {
    if (DlError.is(cause)) throw cause
    throw damaged(name, (cause as Error).message, cause)
  }
}

export const damaged = (name: string, why: string, cause?: unknown): DlError =>
  new DlError('bad-archive', {
    problem: `${name} is damaged: ${why}`,
    expected: 'the whole file',
    fix: 'Fetch it again.',
    cause,
  })

/** So much comes out of any archive, a hundred times its size out of a large one, and never more than 4 GiB. */
export const largest = (packed: number): number =>
  Math.min(4 * 2 ** 30, Math.max(64 * 2 ** 20, 100 * packed))

export const bomb = (name: string, packed: number): DlError =>
  new DlError('bad-archive', {
    problem: `${name} unpacks to more than ${largest(packed)} bytes, out of ${packed}`,
    expected: 'a hundred times its size at most, and 4 GiB',
    fix: 'Do not trust it, or unpack it yourself and give the folder.',
  })
