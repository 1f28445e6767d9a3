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
  try {
    return new Uint8Array(await new Response(unpacked).arrayBuffer())
  } catch (cause) {
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
