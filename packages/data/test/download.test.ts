import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { datasets, download, downloadBytes } from '@dl/data'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'

const content = Buffer.from('God is dead. '.repeat(20_000))
const sha256 = createHash('sha256').update(content).digest('hex')

let server: Server
let origin: string
let requests = 0
let folder: string
let cache: string

beforeAll(async () => {
  server = createServer((request, response) => {
    requests++
    if (request.url === '/broken') {
      response.writeHead(200, { 'content-length': content.length })
      response.write(content.subarray(0, 1000), () => response.destroy())
    } else if (request.url === '/ranges' || request.url === '/no-ranges') {
      // breaks off after a third of what is wanted, and goes on where it was asked to
      const knows = request.url === '/ranges'
      const [, start = '0'] = /^bytes=(\d+)-$/.exec(request.headers.range ?? '') ?? []
      const from = knows && request.headers['if-range'] === '"v1"' ? Number(start) : 0
      const rest = content.subarray(from)
      response.writeHead(from > 0 ? 206 : 200, {
        etag: '"v1"',
        'content-length': rest.length,
        ...(from > 0 && {
          'content-range': `bytes ${from}-${content.length - 1}/${content.length}`,
        }),
      })
      const part = knows ? Math.ceil(rest.length / 3) : Math.min(rest.length, requests * 100_000)
      if (part > rest.length - 1000) response.end(rest)
      else response.write(rest.subarray(0, part), () => response.destroy())
    } else if (request.url === '/stall') {
      response.writeHead(200, { 'content-length': content.length })
      response.write(content.subarray(0, 1000))
    } else if (request.url === '/endless') {
      const more = () => {
        while (!response.destroyed && response.write(content));
        if (!response.destroyed) response.once('drain', more)
      }
      more()
    } else if (request.url === '/elsewhere') response.writeHead(302, { location: '/text' }).end()
    else if (request.url === '/around') response.writeHead(302, { location: '/around' }).end()
    else if (request.url === '/text') response.end(content)
    else response.writeHead(404).end('no such file')
  }).listen(0, '127.0.0.1')
  await new Promise(resolve => server.once('listening', resolve))
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})

afterAll(() => new Promise(resolve => server.close(resolve)))

beforeEach(async () => {
  requests = 0
  folder = await mkdtemp(join(tmpdir(), 'dl-download-'))
  cache = join(folder, 'cache')
  vi.stubEnv('DL_CACHE', cache)
  vi.stubEnv('DL_DATA', '')
})

afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(folder, { recursive: true, force: true })
})

const name = 'corpus/text.txt'
const kept = () => readdir(cache, { recursive: true }).catch(() => [])
const messageOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'nothing was thrown',
    (error: Error) => error.message.replaceAll(origin, '<origin>'),
  )

describe('download', () => {
  it('fetches once, checks and keeps', async () => {
    const file = { url: `${origin}/text`, sha256, name }
    const path = await download(file)
    expect(path).toBe(join(cache, name))
    expect(content.equals(await readFile(path))).toBe(true)
    expect(await download(file)).toBe(path)
    expect(requests).toBe(1)
    expect((await kept()).sort()).toEqual(['corpus', name])
  })

  it('prefers a copy in the folder DL_DATA', async () => {
    await mkdir(join(folder, 'corpus'))
    await writeFile(join(folder, name), 'mine')
    vi.stubEnv('DL_DATA', folder)
    const path = await download({ url: `${origin}/text`, sha256, name })
    expect([path, requests]).toEqual([join(folder, name), 0])
  })

  it('follows XDG_CACHE_HOME when DL_CACHE is unset', async () => {
    vi.stubEnv('DL_CACHE', '')
    vi.stubEnv('XDG_CACHE_HOME', folder)
    const path = await download({ url: `${origin}/text`, sha256, name })
    expect(path).toBe(join(folder, 'dl', name))
  })

  it('is read at once by downloadBytes', async () => {
    const file = { url: `${origin}/text`, sha256, name }
    const fetched = await downloadBytes(file)
    expect(content.equals(fetched.bytes)).toBe(true)
    expect([fetched.path, fetched.source]).toEqual([join(cache, name), 'download'])
    expect((await downloadBytes(file)).source).toBe('cache')
    expect(requests).toBe(1)
  })

  it('keeps nothing of a wrong file and names both sums', async () => {
    const file = { url: `${origin}/text`, sha256: '0'.repeat(64), name }
    expect(await messageOf(download(file))).toBe(
      `corpus/text.txt from <origin>/text has the SHA-256 sum ${sha256}; expected ${'0'.repeat(64)}. Nothing was kept. Either the file there has changed or something on the way altered it; setting the environment variable DL_DATA to a folder that has corpus/text.txt works too.`,
    )
    expect(await kept()).toEqual(['corpus'])
  })

  it.each(['/ranges', '/no-ranges'])('goes on where a transfer broke off: %s', async at => {
    const path = await download({ url: origin + at, sha256, name })
    expect(content.equals(await readFile(path))).toBe(true)
    expect(requests).toBeGreaterThan(2)
  })

  it.each([
    ['/stall', { stallSeconds: 0.1 }, 'stalled'],
    ['/endless', { maxBytes: 1_000_000 }, 'too-large'],
    ['/text', { maxBytes: 1000 }, 'too-large'],
    ['/around', {}, 'offline'],
  ])('gives up %s', async (at, limits, code) => {
    const file = { url: origin + at, sha256, name, ...limits }
    await expect(download(file)).rejects.toMatchObject({ name: 'DlError', code })
    expect(await kept()).toEqual(['corpus'])
  })

  it('follows to another place, and takes a sum in capitals', async () => {
    const path = await download({ url: `${origin}/elsewhere`, sha256: sha256.toUpperCase(), name })
    expect(content.equals(await readFile(path))).toBe(true)
  })

  it.each(['cut', 'altered', 'empty'])(
    'fetches a file again that was %s in the cache',
    async how => {
      const file = { url: `${origin}/text`, sha256, name }
      const path = await download(file)
      const changed = Buffer.from(content)
      changed[1000]! ^= 1
      const bytes = { cut: content.subarray(0, 1000), altered: changed, empty: Buffer.alloc(0) }
      await writeFile(path, bytes[how as keyof typeof bytes])
      expect((await downloadBytes(file)).source).toBe('download')
      expect(content.equals(await readFile(path))).toBe(true)
      expect(requests).toBe(2)
    },
  )

  it('names a file that was altered in the cache where no other is to be had', async () => {
    const path = await download({ url: `${origin}/text`, sha256, name })
    await writeFile(path, 'altered')
    const again = download({ url: `${origin}/none`, sha256, name })
    await expect(again).rejects.toMatchObject({ code: 'download-failed' })
    expect(await messageOf(download({ url: `${origin}/none`, sha256, name }))).toContain(
      `${path} has changed since it was kept and is not used; <origin>/none answered HTTP 404`,
    )
  })

  it.each(['a folder', 'a file', 'nothing'])('follows no link out of the cache to %s', async to => {
    const outside = join(folder, 'outside')
    await mkdir(outside)
    await writeFile(join(outside, 'text.txt'), 'mine')
    await mkdir(join(cache, 'own'), { recursive: true })
    const [link, target] = {
      'a folder': ['corpus', outside],
      'a file': ['own/text.txt', join(outside, 'text.txt')],
      nothing: ['own/text.txt', join(outside, 'none.txt')],
    }[to]!
    await symlink(target!, join(cache, link!))
    const linked = { url: `${origin}/text`, sha256, name: to === 'a folder' ? name : link! }
    await expect(download(linked)).rejects.toMatchObject({ code: 'bad-option' })
    expect(await readFile(join(outside, 'text.txt'), 'utf8')).toBe('mine')
    expect([requests, await readdir(outside)]).toEqual([0, ['text.txt']])
  })

  it('may have its cache behind a link', async () => {
    await mkdir(join(folder, 'elsewhere'))
    await symlink(join(folder, 'elsewhere'), cache)
    await download({ url: `${origin}/text`, sha256, name })
    expect(content.equals(await readFile(join(folder, 'elsewhere', name)))).toBe(true)
  })

  it('says how much came before a server stalled', async () => {
    const file = { url: `${origin}/stall`, sha256, name, stallSeconds: 0.1 }
    expect(await messageOf(download(file))).toMatch(
      /^<origin>\/stall has sent nothing of corpus\/text.txt for 0.1 seconds, after \d+ bytes/,
    )
  })

  it('is asked for twice at once and fetched once', async () => {
    const file = { url: `${origin}/text`, sha256, name }
    const [one, other] = await Promise.all([download(file), download(file)])
    expect([one, requests]).toEqual([other, 1])
  })

  it.each([
    '../text.txt',
    'a/../../text.txt',
    '/etc/text.txt',
    'C:\\text.txt',
    'a\\..\\b',
    'a//b',
    './a',
    'a\0b',
  ])('leaves the cache for no name: %j', async wrong => {
    const file = { url: `${origin}/text`, sha256, name: wrong }
    await expect(download(file)).rejects.toMatchObject({ code: 'bad-option' })
    expect(requests).toBe(0)
  })

  it('keeps nothing when the connection breaks', async () => {
    const file = { url: `${origin}/broken`, sha256, name }
    await expect(download(file)).rejects.toMatchObject({ name: 'DlError', code: 'offline' })
    expect(await kept()).toEqual(['corpus'])
  })

  it('says what the server answered', async () => {
    expect(
      await messageOf(download({ url: `${origin}/none`, sha256, name })),
    ).toMatchInlineSnapshot(
      `"<origin>/none answered HTTP 404 when asked for corpus/text.txt. Try again later; setting the environment variable DL_DATA to a folder that has corpus/text.txt works too."`,
    )
    expect(await kept()).toEqual(['corpus'])
  })

  it('says what to do without a network', async () => {
    const closed = createServer().listen(0, '127.0.0.1')
    await new Promise(resolve => closed.once('listening', resolve))
    const { port } = closed.address() as AddressInfo
    await new Promise(resolve => closed.close(resolve))
    const file = { url: `http://127.0.0.1:${port}/text`, sha256, name }
    expect((await messageOf(download(file))).replace(`${port}`, '<port>')).toMatchInlineSnapshot(
      `"corpus/text.txt could not be downloaded from http://127.0.0.1:<port>/text: ECONNREFUSED; expected a network connection, the first time. Connect and try again; setting the environment variable DL_DATA to a folder that has corpus/text.txt works too."`,
    )
    await expect(download(file)).rejects.toMatchObject({ code: 'offline' })
  })
})

describe('datasets', () => {
  it('come from your own folder and are cut as in the lesson', async () => {
    const rows = Array.from({ length: 9935 }, (_, i) => `row ${i + 1}`)
    await mkdir(join(folder, 'nietzsche'))
    vi.stubEnv('DL_DATA', folder)
    await writeFile(join(folder, 'nietzsche', 'nietzsche.txt'), rows.join('\n'))
    const { train, validation, source, name } = await datasets.nietzsche()
    expect([name, source]).toEqual(['nietzsche', 'DL_DATA'])
    expect(train.endsWith('\nrow 7998\n')).toBe(true)
    expect(validation.startsWith('row 7999\n')).toBe(true)
    expect(validation.endsWith('\nrow 9935')).toBe(true)
  })
})
