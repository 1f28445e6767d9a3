/**
 * Writing on Node so that a killed program leaves whole files: under a temporary name beside the
 * target, flushed, renamed, and the folder flushed, without which a power cut may undo the rename.
 */
import { createHash, randomUUID } from 'node:crypto'
import {
  lstat,
  mkdir,
  open,
  readdir,
  readlink,
  realpath,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises'
import { hostname } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { DlError, showValue } from '@dl/core'
import { requireText } from '../check'
import { requirePath } from './check-path'
import type { FileContent } from './types'

export async function writeAtomic(path: string, content: FileContent): Promise<void> {
  requirePath(path)
  if (!isContent(content)) {
    throw new DlError('bad-option', {
      problem: `the content of ${path} is ${showValue(content)}`,
      expected: 'a text, a Uint8Array or an async iterable of them',
    })
  }
  let temporary = ''
  try {
    const target = await targetOf(path)
    const folder = dirname(target)
    await mkdir(folder, { recursive: true })
    await sweep(folder)
    const mode = await modeOf(target)
    temporary = join(folder, temporaryName(basename(target)))
    const handle = await open(temporary, 'wx', mode)
    try {
      await writeFile(handle, content)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(temporary, target)
    await flushFolder(folder)
  } catch (cause) {
    if (temporary !== '') await rm(temporary, { force: true }).catch(() => {})
    if (DlError.is(cause)) throw cause
    throw notWritten(path, cause)
  }
}

export async function append(path: string, content: string | Uint8Array): Promise<void> {
  requirePath(path)
  if (!(content instanceof Uint8Array)) requireText(`what is added to ${path}`, content)
  try {
    await mkdir(dirname(path), { recursive: true })
    const handle = await open(path, 'a')
    try {
      await writeFile(handle, content)
      await handle.sync()
    } finally {
      await handle.close()
    }
  } catch (cause) {
    throw notWritten(path, cause)
  }
}

const notWritten = (path: string, cause: unknown): DlError =>
  new DlError('write-failed', {
    problem: `could not write ${path}: ${(cause as Error).message}`,
    fix: 'Choose a file in a folder you may write to, on a disk with space left. Nothing was changed.',
    cause,
  })

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

/** Links in a row that are no mistake. */
const MOST_LINKS = 40

/** What a link leads to, as a rename would replace the link itself; also where nothing is there yet. */
async function targetOf(path: string): Promise<string> {
  let target = path
  for (let links = 0; links < MOST_LINKS; links++) {
    const found = await lstat(target).catch(() => null)
    if (!found?.isSymbolicLink()) return target
    const real = await realpath(target).catch(() => null)
    if (real !== null) return real
    target = resolve(dirname(target), await readlink(target))
  }
  throw new Error('its links go round in a circle')
}

/** Windows cannot open folders, and some file systems do not flush them. */
async function flushFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => null)
  await handle?.sync().catch(() => {})
  await handle?.close()
}

/** Folders that were looked through. */
const swept = new Set<string>()

/** Process numbers mean something on their own machine only. */
const machine = createHash('sha256').update(hostname()).digest('hex').slice(0, 6)

const temporaryName = (name: string): string =>
  `.${name}.${machine}-${process.pid}-${randomUUID().slice(0, 8)}.tmp`

const TEMPORARY = /^\..+\.(?:([0-9a-f]{6})-(\d+)-)?[0-9a-f]{8}\.tmp$/
/** After so many milliseconds, nobody is still writing a file. */
const DAY = 86_400_000

/** Removes, once, what killed programs left in a folder. */
async function sweep(folder: string): Promise<void> {
  const key = resolve(folder)
  if (swept.has(key)) return
  swept.add(key)
  for (const name of await readdir(folder)) {
    const match = TEMPORARY.exec(name)
    if (match === null) continue
    const path = join(folder, name)
    const written = (await stat(path).catch(() => null))?.mtimeMs ?? Number.POSITIVE_INFINITY
    const isOrphan = match[1] === machine && isGone(Number(match[2]), written)
    if (isOrphan || Date.now() - written > DAY) await rm(path, { force: true }).catch(() => {})
  }
}

/** Whether the process that wrote a file has ended. */
function isGone(owner: number, written: number): boolean {
  // this one may have the number of one before, as after a container's restart
  if (owner === process.pid) return written < Date.now() - 1000 * process.uptime()
  try {
    process.kill(owner, 0)
    return false
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'EPERM'
  }
}
