/** Programs of their own that download: two at once, and one whose disk takes no more. */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { afterAll, beforeAll, expect, it } from 'vitest'

const run = promisify(execFile)
const content = Buffer.alloc(300_000, 'God is dead. ')
const sha256 = createHash('sha256').update(content).digest('hex')
const name = 'corpus/text.txt'
const waiting: ServerResponse[] = []
let wanted = 1
let server: Server
let folder: string
let program: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dl-processes-'))
  program = join(folder, 'program.mjs')
  await build({
    stdin: {
      contents: `import { download } from '@dl/data'
        const [url, sha256, name] = process.argv.slice(2)
        console.log(await download({ url, sha256, name }).then(() => 'whole', error => error.code))`,
      resolveDir: import.meta.dirname,
    },
    ...{ outfile: program, bundle: true, format: 'esm', platform: 'node' },
    banner: {
      js: `import { createRequire } from 'node:module'; const require = createRequire('/')`,
    },
    conditions: ['@dl/source', 'node'],
    logLevel: 'silent',
  })
  // nobody is answered before all have asked
  server = createServer((_, response) => {
    waiting.push(response)
    if (waiting.length === wanted) for (const one of waiting.splice(0)) one.end(content)
  }).listen(0, '127.0.0.1')
  await new Promise(resolve => server.once('listening', resolve))
})

afterAll(async () => {
  await new Promise(resolve => server.close(resolve))
  await rm(folder, { recursive: true, force: true })
})

async function start(cache: string, limit: string): Promise<string> {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  const line = `ulimit -f ${limit} && exec "$@"`
  const args = ['-c', line, 'bash', process.execPath, program, url, sha256, name]
  const env = { ...process.env, DL_CACHE: cache, DL_DATA: '' }
  return (await run('bash', args, { env })).stdout.trim()
}

it('two processes fetch a file at once, and one whole file is kept', async () => {
  wanted = 2
  const cache = join(folder, 'two')
  const both = await Promise.all([start(cache, 'unlimited'), start(cache, 'unlimited')])
  expect(both).toEqual(['whole', 'whole'])
  expect(content.equals(await readFile(join(cache, name)))).toBe(true)
  expect(await readdir(join(cache, 'corpus'))).toEqual(['text.txt'])
})

// a limit on files fails as a full disk does, in the middle of writing
it('nothing is left of a file that there was no room for', async () => {
  wanted = 1
  const cache = join(folder, 'full')
  expect(await start(cache, '100')).toBe('write-failed')
  expect(await readdir(join(cache, 'corpus'))).toEqual([])
})
