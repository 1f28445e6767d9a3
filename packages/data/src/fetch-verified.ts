/** A file from a server that may break off, stall, send too much or something else. */
import { DlError } from '@dl/core'
import { files } from './files/index'
import type { Wanted } from './remote-file'

/** The bytes as they arrive; throws after the last if they are not the expected ones. */
export async function* fetchVerified(file: Wanted): AsyncGenerator<Uint8Array, void> {
  const sum = files.sha256()
  for await (const chunk of fetchWhole(file)) {
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

/** A server that sends a little and stalls again would have us wait for ever. */
const MOST_STALLS = 3

/** Goes on where a transfer broke off, as long as each attempt brings something. */
async function* fetchWhole(file: Wanted): AsyncGenerator<Uint8Array, void> {
  let received = 0
  let etag: string | null = null
  let stalls = 0
  while (true) {
    const before = received
    try {
      const { body, skip, tag } = await open(file, received, etag)
      etag = tag
      let left = skip
      for await (const chunk of chunksOf(file, body)) {
        const rest = left > 0 ? chunk.subarray(left) : chunk
        left = Math.max(0, left - chunk.length)
        if (rest.length === 0) continue
        received += rest.length
        if (received > file.maxBytes) throw tooLarge(file)
        yield rest
      }
      return
    } catch (error) {
      if (error instanceof BrokenOff && error.complaint.code === 'stalled') stalls++
      const mayGoOn = error instanceof BrokenOff && received > before && stalls < MOST_STALLS
      if (mayGoOn) continue
      if (!(error instanceof BrokenOff)) throw error
      throw error.complaint.code === 'stalled' ? stall(file, received) : error.complaint
    }
  }
}

/** A transfer that did not come to its end; the next may. */
class BrokenOff extends Error {
  constructor(readonly complaint: DlError) {
    super(complaint.message)
  }
}

interface Opened {
  body: ReadableStream<Uint8Array>
  /** What a server that knows no ranges sends a second time. */
  skip: number
  /** What tells this version of the file from another. */
  tag: string | null
}

async function open(file: Wanted, from: number, etag: string | null): Promise<Opened> {
  const headers: Record<string, string> = {}
  // packed bodies have other ranges than the file
  headers['accept-encoding'] = 'identity'
  if (from > 0) headers.range = `bytes=${from}-`
  if (from > 0 && etag !== null) headers['if-range'] = etag
  const control = new AbortController()
  const response = await unlessStalled(
    file,
    fetch(file.url, { headers, signal: control.signal }),
    () => control.abort(),
  )
  const { body, status } = response
  const [, start] = /^bytes (\d+)-/.exec(response.headers.get('content-range') ?? '') ?? []
  const isFitting = status === 206 ? from > 0 && Number(start) === from : response.ok
  if (!isFitting || body === null) {
    await body?.cancel()
    throw new DlError('download-failed', {
      problem: `${file.url} answered HTTP ${status} when asked for ${file.name}`,
      fix: `Try again later; ${ownCopy(file)}.`,
    })
  }
  const length = Number(response.headers.get('content-length') ?? 0)
  if (length > file.maxBytes) {
    await body.cancel()
    throw tooLarge(file)
  }
  const strong = response.headers.get('etag')
  return {
    body,
    skip: status === 206 ? 0 : from,
    tag: strong?.startsWith('W/') ? null : strong,
  }
}

async function* chunksOf(
  file: Wanted,
  body: ReadableStream<Uint8Array>,
): AsyncGenerator<Uint8Array, void> {
  const reader = body.getReader()
  try {
    while (true) {
      const { done, value } = await unlessStalled(file, reader.read(), () => {})
      if (done) return
      yield value
    }
  } finally {
    // When the consumer stops early, on a full disk for example, so does the transfer.
    reader.cancel().catch(() => {})
  }
}

/** What `work` brings; a server that sends nothing for long is given up. */
async function unlessStalled<T>(file: Wanted, work: Promise<T>, abort: () => void): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const stalled = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new BrokenOff(stall(file)))
      abort()
    }, file.stallSeconds * 1000)
  })
  try {
    return await Promise.race([
      work.catch((cause: unknown) => {
        throw new BrokenOff(unreachable(file, cause))
      }),
      stalled,
    ])
  } finally {
    clearTimeout(timer)
  }
}

const stall = (file: Wanted, received = 0): DlError =>
  new DlError('stalled', {
    problem: `${file.url} has sent nothing of ${file.name} for ${file.stallSeconds} seconds, after ${received} bytes`,
    fix: `Try again later; ${ownCopy(file)}.`,
  })

const tooLarge = (file: Wanted): DlError =>
  new DlError('too-large', {
    problem: `${file.name} from ${file.url} has more than ${file.maxBytes} bytes`,
    expected: 'maxBytes at most',
    fix: 'Nothing was kept. Raise maxBytes if the file is as large as that.',
  })

function unreachable(file: Wanted, cause: unknown): DlError {
  const { message, cause: inner } = cause as Error & { cause?: { code?: string } }
  return new DlError('offline', {
    problem: `${file.name} could not be downloaded from ${file.url}: ${inner?.code ?? message}`,
    expected: 'a network connection, the first time',
    fix: `Connect and try again; ${ownCopy(file)}.`,
    cause,
  })
}

const ownCopy = ({ name }: Wanted): string =>
  `setting the environment variable DL_DATA to a folder that has ${name} works too`
