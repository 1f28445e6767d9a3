/** Files on Node. */
import { createHash } from 'node:crypto'
import { close, createReadStream, type Dirent, open as openFile, read } from 'node:fs'
import { access, lstat, readdir, readFile, realpath, rm, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { basename, dirname, join, resolve, sep } from 'node:path'
import { DlError } from '@dl/core'
import { requireBytes, requirePositive, requireText } from '../check'
import type { FileStorage } from '../storage/types'
import { requirePath } from './check-path'
import { decodeText } from './decode-text'
import { append, writeAtomic } from './node-write'
import type { Files, Sha256 } from './types'

export const files: Files = {
  join(...names) {
    for (const name of names) requireText('a name of the path', name)
    return join(...names)
  },
  list,
  folders,
  readBytes,
  writeAtomic,
  append,
  sha256,
  async exists(path) {
    requirePath(path)
    return access(path).then(
      () => true,
      () => false,
    )
  },
  isWithin,
  async *chunks(path) {
    requirePath(path)
    try {
      yield* createReadStream(path, { highWaterMark: 2 ** 20 })
    } catch (cause) {
      throw unreadable(path, cause)
    }
  },
  async stamp(path) {
    const { size, mtimeMs, ino } = await status(path)
    return `${size} ${mtimeMs} ${ino}`
  },
  readText: async path => decodeText(await readBytes(path), path),
  env: name => process.env[name] || undefined,
  cacheFolder: () =>
    files.env('DL_CACHE') ?? join(files.env('XDG_CACHE_HOME') ?? join(homedir(), '.cache'), 'dl'),
}

/** The file system as a storage; paths are looked up from the working directory. */
export const storage = (): FileStorage => ({
  async read(path) {
    // a Buffer's own slice() would share its memory
    const { buffer, byteOffset, length } = await readBytes(path)
    return new Uint8Array(buffer, byteOffset, length)
  },
  async write(path, bytes) {
    requirePath(path)
    requireBytes(`the content of ${path}`, bytes)
    await writeAtomic(path, bytes)
  },
  async list(prefix) {
    requireText('the prefix', prefix)
    const folder = /[/\\]$/.test(prefix) ? prefix : dirname(prefix)
    const start = folder === prefix ? '' : basename(prefix)
    const names = await namesIn(folder, entry => entry.isFile()).catch(error => {
      if (DlError.is(error, 'not-found')) return []
      throw error
    })
    return names.filter(name => name.startsWith(start)).map(name => join(folder, name))
  },
  async remove(path) {
    requirePath(path)
    await rm(path, { force: true })
  },
})

async function readBytes(path: string | URL, most?: number): Promise<Uint8Array> {
  requirePath(path)
  if (most !== undefined) requirePositive('most', most)
  try {
    return most === undefined ? await readFile(path) : await readStart(path, most)
  } catch (cause) {
    throw unreadable(path instanceof URL ? path.href : path, cause)
  }
}

/** By callbacks, as data sets have many files: a handle's promises take three times as long. */
function readStart(path: string | URL, most: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(most)
  return new Promise((resolve, reject) => {
    openFile(path, 'r', (problem, file) => {
      if (problem) return reject(problem)
      read(file, bytes, 0, most, 0, (problem, count) => {
        close(file, () => (problem ? reject(problem) : resolve(bytes.subarray(0, count))))
      })
    })
  })
}

async function isWithin(folder: string, path: string): Promise<boolean> {
  requirePath(folder)
  requirePath(path)
  const root = await realpath(folder).catch(() => null)
  if (root === null) return true
  const top = resolve(folder)
  let at = resolve(path)
  // what is not there yet is made below the first folder that is
  while (at !== top && at !== dirname(at) && !(await lstat(at).catch(() => null))) at = dirname(at)
  // a link to nothing would be followed, too, once something is written
  const real = await realpath(at).catch(() => null)
  return real === root || (real?.startsWith(root.endsWith(sep) ? root : root + sep) ?? false)
}

async function list(path: string): Promise<string[]> {
  if (!(await status(path)).isDirectory()) return [path]
  const found = await namesIn(path, entry => entry.isFile())
  if (found.length > 0) return found.map(name => join(path, name))
  throw new DlError('empty-folder', {
    problem: `the folder ${path} holds no files`,
    expected: 'at least one regular file (dot-files and sub-folders do not count)',
    fix: 'Put the files in, or name another folder or a single file.',
  })
}

function folders(path: string): Promise<string[]> {
  return namesIn(path, entry => entry.isDirectory())
}

/** What a link is, is what it leads to. */
async function namesIn(
  folder: string,
  wanted: (entry: Pick<Dirent, 'isFile' | 'isDirectory'>) => boolean,
): Promise<string[]> {
  requirePath(folder)
  const entries = await readdir(folder, { withFileTypes: true }).catch((cause: unknown) => {
    throw unreadable(folder, cause)
  })
  const names: string[] = []
  for (const entry of entries) {
    if (entry.name.startsWith('.')) continue
    const real = entry.isSymbolicLink() ? await status(join(folder, entry.name)) : entry
    if (wanted(real)) names.push(entry.name)
  }
  return names.sort()
}

async function status(path: string) {
  requirePath(path)
  try {
    return await stat(path)
  } catch (cause) {
    throw unreadable(path, cause)
  }
}

function sha256(): Sha256 {
  const hash = createHash('sha256')
  return {
    update(chunk) {
      requireBytes('what sha256 got', chunk)
      hash.update(chunk)
    },
    // of a copy: a hash gives its sum once and takes no more
    digest: async () => hash.copy().digest('hex'),
  }
}

function unreadable(path: string, cause: unknown): DlError {
  const { code, message } = cause as NodeJS.ErrnoException
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return new DlError('not-found', {
      problem: `${path} does not exist`,
      fix: `Check the path; it is looked up from ${process.cwd()}.`,
      cause,
    })
  }
  return new DlError('read-failed', { problem: `could not read ${path}: ${message}`, cause })
}
