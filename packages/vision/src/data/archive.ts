/** The files in an archive, tar (packed by gzip or not) or zip. Nothing is written to disk. */
import { DlError } from '@dl/core'
import { fileKind } from '@dl/data'
import { unzipSync } from 'fflate'
import { unpackTar } from 'modern-tar'
import { bomb, damaged, gunzip, largest } from './gunzip'

export interface Member {
  /** As the archive has it: `train/cats/1.jpg`. */
  name: string
  bytes: Uint8Array
}

/**
 * Folders and what systems leave beside files (`._1.jpg`, `.DS_Store`, `__MACOSX`) are passed over.
 *
 * @param name what errors call the archive
 * @throws DlError `bad-archive` for what is damaged, locked or no such archive, which is called what
 *   it is, and for members no data set has: links, devices, absolute names, names with `..`, names
 *   that come twice
 */
export async function readArchive(archive: Uint8Array, name: string): Promise<Member[]> {
  if (fileKind(archive)?.kind === 'zip') return unzip(archive, name)
  return untar(await gunzip(archive, name), name)
}

async function untar(archive: Uint8Array, name: string): Promise<Member[]> {
  const found = fileKind(archive)
  if (found !== null && found.kind !== 'tar') {
    throw new DlError('bad-archive', {
      problem: `${name} is ${found.name}`,
      expected: 'a tar archive, packed by gzip or not, or a zip archive',
      fix: found.fix ?? 'Unpack it yourself and give the folder.',
    })
  }
  const entries = await unpackTar(archive, { strict: true }).catch((cause: Error) => {
    throw damaged(name, cause.message.replace(/\.$/, ''), cause)
  })
  const seen = new Set<string>()
  return entries.flatMap(({ header, data }) => {
    const path = pathOf(header.name, name)
    if (header.type === 'directory' || path === null) return []
    if (header.type !== 'file' || data === undefined) {
      throw strange(name, header.name, `a ${header.type}`)
    }
    requireNew(path, seen, name)
    return [{ name: path, bytes: data }]
  })
}

const LOCKED = 1

function unzip(archive: Uint8Array, name: string): Member[] {
  // the flags of the first file; what is locked would unpack to nonsense
  if (((archive[6] ?? 0) & LOCKED) === LOCKED) {
    throw new DlError('bad-archive', {
      problem: `${name} is a zip archive locked by a password`,
      expected: 'an open archive',
      fix: 'Unpack it yourself and give the folder.',
    })
  }
  const paths = new Map<string, string>()
  let size = 0
  const seen = new Set<string>()
  try {
    const unpacked = unzipSync(archive, {
      filter({ name: stored, originalSize }) {
        // Windows may write its own separator
        const path = pathOf(stored.replaceAll('\\', '/'), name)
        if (path === null || /[/\\]$/.test(stored)) return false
        requireNew(path, seen, name)
        size += originalSize
        if (size > largest(archive.length)) throw bomb(name, archive.length)
        paths.set(stored, path)
        return true
      },
    })
    return Array.from(paths, ([stored, path]) => ({ name: path, bytes: unpacked[stored]! }))
  } catch (cause) {
    if (DlError.is(cause)) throw cause
    throw damaged(name, (cause as Error).message, cause)
  }
}

/** null for what systems leave. */
function pathOf(stored: string, archive: string): string | null {
  const segments = stored.split('/').filter(segment => !['', '.'].includes(segment))
  if (stored.startsWith('/') || segments.includes('..')) {
    throw strange(archive, stored, 'a name that leads out of the archive')
  }
  return segments.at(-1)?.startsWith('.') || segments.includes('__MACOSX')
    ? null
    : segments.join('/')
}

function requireNew(path: string, seen: Set<string>, archive: string): void {
  if (seen.has(path)) throw strange(archive, path, 'a name that comes twice')
  seen.add(path)
}

const strange = (name: string, member: string, what: string) =>
  new DlError('bad-archive', {
    problem: `${name} holds ${JSON.stringify(member)}, ${what}`,
    expected: 'folders and files alone, each once',
    fix: 'Do not trust it, or unpack it yourself and give the folder.',
  })
