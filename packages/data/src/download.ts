/** Files from the network, fetched once, checked and kept. */
import { checkOptions, DlError, showValue } from '@dl/core'
import { requirePositive, requireText } from './check'
import { fetchVerified } from './fetch-verified'
import { files } from './files/index'
import type { RemoteFile, Wanted } from './remote-file'

export type { RemoteFile } from './remote-file'

/** Where a file was found. */
export type FileSource = 'DL_DATA' | 'cache' | 'download'

/**
 * The path of a file on this machine: in the folder that `DL_DATA` names, where your own copies are
 * trusted as they are, else in the cache (`$DL_CACHE`, `$XDG_CACHE_HOME/dl` or `~/.cache/dl`), else
 * downloaded into it now. A file whose checksum is wrong is never kept, and one in the cache that has
 * changed since is fetched again. A transfer that breaks off goes on where it was.
 *
 * @throws DlError `bad-option` before anything is asked for; `offline`, `stalled`, `too-large`,
 *   `download-failed`, `wrong-checksum`, `write-failed`
 */
export async function download(file: RemoteFile): Promise<string> {
  return (await obtain(file)).path
}

/** What is under way, by path: whoever asks meanwhile waits for it. Other processes rename their own into place. */
const pending = new Map<string, Promise<FileSource>>()

/** Files of the cache that were found whole, and when they were written: they are not read again. */
const checked = new Map<string, string>()

/** {@link download}, and where the file came from. */
async function obtain(given: RemoteFile): Promise<{ path: string; source: FileSource }> {
  const file = requireRemote('download', given)
  const data = files.env('DL_DATA')
  if (data !== undefined) {
    const path = files.join(data, file.name)
    if (await files.exists(path)) return { path, source: 'DL_DATA' }
  }
  const cache = files.cacheFolder() ?? ''
  const path = files.join(cache, file.name)
  if (!(await files.isWithin(cache, path))) {
    throw new DlError('bad-option', {
      problem: `${path} leads out of the cache through a link`,
      expected: 'folders and files of its own below the cache folder',
      fix: 'Remove the link, or make the whole cache folder one.',
    })
  }
  const key = `${file.sha256} ${path}`
  let work = pending.get(key)
  if (work === undefined) {
    work = fromCacheOrNetwork(file, path).finally(() => pending.delete(key))
    pending.set(key, work)
  }
  return { path, source: await work }
}

async function fromCacheOrNetwork(file: Wanted, path: string): Promise<FileSource> {
  if (await isWhole(file, path)) return 'cache'
  const isAltered = await files.exists(path)
  try {
    await files.writeAtomic(path, fetchVerified(file))
  } catch (cause) {
    if (!isAltered || !DlError.is(cause)) throw cause
    throw new DlError(cause.code, {
      problem: `${path} has changed since it was kept and is not used; ${cause.message.replace(/\.$/, '')}`,
      cause,
    })
  }
  return 'download'
}

async function isWhole({ sha256 }: Wanted, path: string): Promise<boolean> {
  if (!(await files.exists(path))) return false
  const stamp = `${sha256} ${await files.stamp(path)}`
  if (checked.get(path) === stamp) return true
  const sum = files.sha256()
  for await (const chunk of files.chunks(path)) sum.update(chunk)
  const isWhole = (await sum.digest()) === sha256
  if (isWhole) checked.set(path, stamp)
  return isWhole
}

/** A file's content, and where it was found. */
export interface FoundFile {
  bytes: Uint8Array
  /** In a page its URL. */
  path: string
  source: FileSource
}

/**
 * {@link download}, and read. A page keeps nothing itself, its HTTP cache does: there the file is
 * fetched and checked each time.
 */
export async function downloadBytes(given: RemoteFile): Promise<FoundFile> {
  if (files.cacheFolder() !== null) {
    const { path, source } = await obtain(given)
    return { bytes: await files.readBytes(path), path, source }
  }
  const file = requireRemote('downloadBytes', given)
  return { bytes: await collected(fetchVerified(file)), path: file.url, source: 'download' }
}

/** So much is held as it came. */
const PART_BYTES = 2 ** 24

/**
 * All in one. What came before lies in a Blob meanwhile, which a browser keeps outside the page's
 * memory: that has the file once, not twice.
 */
async function collected(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  let [all, size, part] = [new Blob(), 0, [] as Uint8Array<ArrayBuffer>[]]
  for await (const chunk of chunks) {
    part.push(new Uint8Array(chunk))
    size += chunk.length
    if (size < PART_BYTES) continue
    all = new Blob([all, ...part])
    ;[size, part] = [0, []]
  }
  return new Uint8Array(await new Blob([all, ...part]).arrayBuffer())
}

/** Before any request, and before a folder is made for what comes of it. */
function requireRemote(owner: string, file: RemoteFile): Wanted {
  const known = ['url', 'sha256', 'name', 'maxBytes', 'stallSeconds'] as const
  const { url, sha256, name, ...limits } = checkOptions(owner, file, known)
  const { maxBytes = 4 * 2 ** 30, stallSeconds = 30 } = limits
  requireText('url', url)
  requireText('name', name)
  requirePositive('maxBytes', maxBytes)
  if (!(Number.isFinite(stallSeconds) && stallSeconds > 0)) {
    throw new DlError('bad-option', {
      problem: `stallSeconds is ${showValue(stallSeconds)}`,
      expected: 'a number above 0',
    })
  }
  if (url === '' || name === '') {
    throw new DlError('bad-option', {
      problem: `${name === '' ? 'name' : 'url'} is an empty text`,
      expected: 'where the file is, and its path below the cache folder',
    })
  }
  const leadsOut = name.split(/[\\/]/).some(part => ['', '.', '..'].includes(part))
  if (leadsOut || /[\0\\]|^[a-z]:/i.test(name)) {
    throw new DlError('bad-option', {
      problem: `name is ${showValue(name)}`,
      expected: 'a path below the cache folder, as corpus/text.txt',
    })
  }
  if (typeof sha256 === 'string' && /^[0-9a-f]{64}$/i.test(sha256)) {
    return { url, sha256: sha256.toLowerCase(), name, maxBytes, stallSeconds }
  }
  throw new DlError('bad-option', {
    problem: `sha256 is ${showValue(sha256)}`,
    expected: '64 hexadecimal digits',
  })
}
