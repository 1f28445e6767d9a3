/** A server that cuts, stalls, lies and goes on for ever; what is kept is the right file or nothing. */
import { createHash } from 'node:crypto'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { DlError } from '@dl/core'
import { download } from '@dl/data'
import { damaged, pick } from '../mutate'
import type { Trial, TrialContext } from '../trial'

const WAYS = [
  'whole',
  'cut',
  'cut again',
  'stall',
  'altered',
  'endless',
  'refused',
  'away',
] as const

export const downloads: Trial = {
  name: 'downloads',
  claim: 'what a server sends wrong is never kept, and what breaks off goes on',
  short: 18,
  long: 3000,
  async run({ tries, random, folder }: TrialContext) {
    const content = Uint8Array.from({ length: 200_000 }, () => random.int(256))
    const sha256 = createHash('sha256').update(content).digest('hex')
    let way: (typeof WAYS)[number] = 'whole'
    let cutsLeft = 0
    const server = createServer((request, response) => {
      const [, start = '0'] = /^bytes=(\d+)-$/.exec(request.headers.range ?? '') ?? []
      const rest = content.subarray(Number(start))
      if (way === 'refused') return void response.writeHead(503).end()
      if (way === 'away' && request.url === '/file') {
        return void response.writeHead(302, { location: '/other' }).end()
      }
      const isEndless = way === 'endless'
      response.writeHead(rest.length < content.length ? 206 : 200, {
        etag: '"1"',
        ...(!isEndless && { 'content-length': rest.length }),
        ...(rest.length < content.length && { 'content-range': `bytes ${start}-199999/200000` }),
      })
      if (isEndless) {
        const more = () => {
          while (!response.destroyed && response.write(content));
          if (!response.destroyed) response.once('drain', more)
        }
        return more()
      }
      if (way === 'stall') return void response.write(rest.subarray(0, 1000))
      if (way.startsWith('cut') && cutsLeft-- > 0) {
        const part = rest.subarray(0, 1 + random.int(rest.length - 1))
        return void response.write(part, () => response.destroy())
      }
      const sent =
        way === 'altered' ? rest.with(random.int(rest.length), 1 + random.int(255)) : rest
      response.end(sent)
    }).listen(0, '127.0.0.1')
    await new Promise(resolve => server.once('listening', resolve))
    const { port } = server.address() as AddressInfo
    const before = process.env.DL_CACHE
    process.env.DL_CACHE = folder
    const failed: string[] = []
    const counts = new Map<string, number>()
    try {
      for (let i = 0; i < tries; i++) {
        way = pick(random, WAYS)
        cutsLeft = way === 'cut again' ? 3 : 1
        const name = `${i}/file.bin`
        const path = join(folder, name)
        const file = {
          ...{ url: `http://127.0.0.1:${port}/file`, sha256, name },
          ...{ maxBytes: 1_000_000, stallSeconds: 0.1 },
        }
        const outcome = await download(file).then(
          () => 'whole',
          (error: unknown) => (DlError.is(error) ? error.code : `threw ${error}`),
        )
        counts.set(outcome, (counts.get(outcome) ?? 0) + 1)
        const kept = await readdir(join(folder, `${i}`)).catch(() => [])
        if (outcome === 'whole') {
          const isRight = Buffer.compare(await readFile(path), content) === 0
          if (!isRight || kept.length !== 1) failed.push(`${i} ${way}: kept ${kept}, ${isRight}`)
          way = 'whole'
          await writeFile(path, damaged(content, random))
          await download(file)
          if (Buffer.compare(await readFile(path), content) !== 0)
            failed.push(`${i}: damage stayed`)
        } else if (kept.length > 0 || outcome.startsWith('threw') || !isExpected(way, outcome)) {
          failed.push(`${i} ${way}: ${outcome}, kept ${kept}`)
        }
      }
    } finally {
      if (before === undefined) delete process.env.DL_CACHE
      else process.env.DL_CACHE = before
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    }
    const said = [...counts].map(([outcome, count]) => `${outcome} ${count}`).join(', ')
    return { tried: tries, failed, notes: [`outcomes: ${said}`] }
  },
}

/** A connection that is cut before its first byte arrived looks like none. */
function isExpected(way: (typeof WAYS)[number], outcome: string): boolean {
  const codes: Partial<Record<typeof way, string>> = {
    stall: 'stalled',
    altered: 'wrong-checksum',
    endless: 'too-large',
    refused: 'download-failed',
    cut: 'offline',
    'cut again': 'offline',
  }
  return codes[way] === outcome
}
