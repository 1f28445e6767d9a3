/** The files in a tar archive, packed or not. Nothing is written to disk. */
import { DlError } from '@dl/core'
import { unpackTar } from 'modern-tar'
import { damaged, gunzip } from './gunzip'

export interface Member {
  /** As the archive has it: `train/cats/1.jpg`. */
  name: string
  bytes: Uint8Array
}

/**
 * Folders and what systems leave beside files (`._1.jpg`, `.DS_Store`) are passed over.
 *
 * @param name what errors call the archive
 * @throws DlError `bad-archive` for what is damaged or no archive, and for members no data set has:
 *   links, devices, absolute names, names with `..`, names that come twice
 */
export async function readArchive(archive: Uint8Array, name: string): Promise<Member[]> {
  const unpacked = await gunzip(archive, name)
  const entries = await unpackTar(unpacked, { strict: true }).catch((cause: Error) => {
    throw damaged(name, cause.message.replace(/\.$/, ''), cause)
  })
  const seen = new Set<string>()
  return entries.flatMap(({ header, data }) => {
    const segments = header.name.split('/').filter(segment => !['', '.'].includes(segment))
    if (header.name.startsWith('/') || segments.includes('..')) {
      throw strange(name, header.name, 'a name that leads out of the archive')
    }
    if (header.type === 'directory' || segments.at(-1)?.startsWith('.')) return []
    if (header.type !== 'file' || data === undefined) {
      throw strange(name, header.name, `a ${header.type}`)
    }
    const path = segments.join('/')
    if (seen.has(path)) throw strange(name, path, 'a name that comes twice')
    seen.add(path)
    return [{ name: path, bytes: data }]
  })
}

const strange = (name: string, member: string, what: string) =>
  new DlError('bad-archive', {
    problem: `${name} holds ${JSON.stringify(member)}, ${what}`,
    expected: 'folders and files alone, each once',
    fix: 'Do not trust it, or unpack it yourself and give the folder.',
  })
