/** Files from the network, fetched once, checked and kept. */
import { checkOptions, DlError, showValue } from '@dl/core'
import { requireText } from './check'
import { files } from './files/index'

export interface RemoteFile {
  url: string
  /** Its SHA-256 sum in hexadecimal digits; anything else is refused. */
  sha256: string
  /** Its path below the cache folder and below `$DL_DATA`: `nietzsche/nietzsche.txt`. */
  name: string
}

/** Where a file was found. */
export type FileSource = 'DL_DATA' | 'cache' | 'download'

/**
 * The path of a file on this machine: in the folder that `DL_DATA` names, where your own copies are
 * trusted as they are, else in the cache (`$DL_CACHE`, `$XDG_CACHE_HOME/dl` or `~/.cache/dl`), else
 * downloaded into it now. A file whose checksum is wrong is never kept.
 *
 * @throws DlError `bad-option` before anything is asked for; `offline`, `download-failed`, `wrong-checksum`
 */
export async function download(file: RemoteFile): Promise<string> {
  return (await obtain(file)).path
}

/** {@link download}, and where the file came from. */
async function obtain(file: RemoteFile): Promise<{ path: string; source: FileSource }> {
  requireRemote('download', file)
  const data = files.env('DL_DATA')
  if (data !== undefined) {
    const path = files.join(data, file.name)
    if (await files.exists(path)) return { path, source: 'DL_DATA' }
  }
  const path = files.join(files.cacheFolder() ?? '', file.name)
  if (await files.exists(path)) return { path, source: 'cache' }
  await files.writeAtomic(path, fetchVerified(file))
  return { path, source: 'download' }
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
export async function downloadBytes(file: RemoteFile): Promise<FoundFile> {
  if (files.cacheFolder() !== null) {
    const { path, source } = await obtain(file)
    return { bytes: await files.readBytes(path), path, source }
  }
  requireRemote('downloadBytes', file)
  const chunks: Uint8Array<ArrayBuffer>[] = []
  for await (const chunk of fetchVerified(file)) chunks.push(new Uint8Array(chunk))
  const bytes = new Uint8Array(await new Blob(chunks).arrayBuffer())
  return { bytes, path: file.url, source: 'download' }
}

/** Before any request, and before a folder is made for what comes of it. */
function requireRemote(owner: string, file: RemoteFile): void {
  const { url, sha256, name } = checkOptions(owner, file, ['url', 'sha256', 'name'])
  requireText('url', url)
  requireText('name', name)
  if (url === '' || name === '') {
    throw new DlError('bad-option', {
      problem: `${name === '' ? 'name' : 'url'} is an empty text`,
      expected: 'where the file is, and its path below the cache folder',
    })
  }
  if (typeof sha256 === 'string' && /^[0-9a-f]{64}$/.test(sha256)) return
  throw new DlError('bad-option', {
    problem: `sha256 is ${showValue(sha256)}`,
    expected: '64 hexadecimal digits in small letters',
  })
}

/** The bytes as they arrive; throws after the last if they are not the expected ones. */
async function* fetchVerified(file: RemoteFile): AsyncGenerator<Uint8Array, void> {
  const sum = files.sha256()
  for await (const chunk of fetchChunks(file)) {
    sum.update(chunk)
    yield chunk
  }
  const found = await sum.digest()
  if (found === file.sha256) return
  throw new DlError('wrong-checksum', {
    problem: `${file.name} from ${file.url} has the SHA-256 sum ${found}`,
    expected: file.sha256,
    fix: `Nothing was kept. Either the file there has changed or something on the way altered it; ${ownCopy(file)}.`,
  })
}

async function* fetchChunks(file: RemoteFile): AsyncGenerator<Uint8Array, void> {
  const response = await fetch(file.url).catch((cause: unknown) => {
    throw unreachable(file, cause)
  })
  if (!response.ok || response.body === null) {
    await response.body?.cancel()
    throw new DlError('download-failed', {
      problem: `${file.url} answered HTTP ${response.status} when asked for ${file.name}`,
      fix: `Try again later; ${ownCopy(file)}.`,
    })
  }
  const reader = response.body.getReader()
  try {
    while (true) {
      const { done, value } = await reader.read().catch((cause: unknown) => {
        throw unreachable(file, cause)
      })
      if (done) return
      yield value
    }
  } finally {
    // When the consumer stops early, on a full disk for example, so does the transfer.
    await reader.cancel().catch(() => {})
  }
}

function unreachable(file: RemoteFile, cause: unknown): DlError {
  const { message, cause: inner } = cause as Error & { cause?: { code?: string } }
  return new DlError('offline', {
    problem: `${file.name} could not be downloaded from ${file.url}: ${inner?.code ?? message}`,
    expected: 'a network connection, the first time',
    fix: `Connect and try again; ${ownCopy(file)}.`,
    cause,
  })
}

const ownCopy = ({ name }: RemoteFile): string =>
  `setting the environment variable DL_DATA to a folder that has ${name} works too`
