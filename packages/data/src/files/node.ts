/** Files on Node. */
import { createHash, randomUUID } from 'node:crypto'
import { close, type Dirent, open as openFile, read } from 'node:fs'
import {
  access,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises'
import { homedir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { DlError, showValue } from '@dl/core'
import { requireBytes, requirePositive, requireText } from '../check'
import { requirePath } from './check-path'
import { decodeText } from './decode-text'
import type { FileContent, Files, Sha256 } from './types'

export const files: Files = {
  join(...names) {
    for (const name of names) requireText('a name of the path', name)
    return join(...names)
  },
  list,
  folders,
  readBytes,
  writeAtomic,
  sha256,
  async exists(path) {
    requirePath(path)
    return access(path).then(
      () => true,
      () => false,
    )
  },
  readText: async path => decodeText(await readBytes(path), path),
  env: name => process.env[name] || undefined,
  cacheFolder: () =>
    files.env('DL_CACHE') ?? join(files.env('XDG_CACHE_HOME') ?? join(homedir(), '.cache'), 'dl'),
}

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

async function writeAtomic(path: string, content: FileContent): Promise<void> {
  requirePath(path)
  if (!isContent(content)) {
    throw new DlError('bad-option', {
      problem: `the content of ${path} is ${showValue(content)}`,
      expected: 'a text, a Uint8Array or an async iterable of them',
    })
  }
  const temporary = join(dirname(path), `.${basename(path)}.${randomUUID().slice(0, 8)}.tmp`)
  try {
    await mkdir(dirname(path), { recursive: true })
    const mode = await modeOf(path)
    const handle = await open(temporary, 'wx', mode)
    try {
      await writeFile(handle, content)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(temporary, path)
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => {})
    if (DlError.is(cause)) throw cause
    throw new DlError('write-failed', {
      problem: `could not write ${path}: ${(cause as Error).message}`,
      fix: 'Choose a file in a folder you may write to, on a disk with space left. Nothing was changed.',
      cause,
    })
  }
}

const isContent = (content: FileContent): boolean =>
  typeof content === 'string' ||
  content instanceof Uint8Array ||
  typeof content?.[Symbol.asyncIterator] === 'function'

/** Permissions for the new file: those of the one it replaces, which must not be write-protected. */
async function modeOf(path: string): Promise<number> {
  const old = await stat(path).catch(() => null)
  if (old === null) return 0o666
  // A rename would replace a protected file without asking.
  if ((old.mode & 0o222) === 0) throw new Error('the file is read-only')
  return old.mode & 0o777
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
