/** The browser's variant needs no more than fetch, which Node has too. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { files } from '../../src/files/browser'

let server: Server
let origin: string

beforeAll(async () => {
  server = createServer((request, response) => {
    if (request.url !== '/text') response.writeHead(404).end()
    else response.end('æ€😀')
  }).listen(0, '127.0.0.1')
  await new Promise(resolve => server.once('listening', resolve))
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})

afterAll(() => new Promise(resolve => server.close(resolve)))

describe('files in a page', () => {
  it('reads URLs', async () => {
    expect(await files.readText(`${origin}/text`)).toBe('æ€😀')
    // this server passes over ranges
    expect([...(await files.readBytes(`${origin}/text`, 2))]).toEqual([0xc3, 0xa6])
    expect(await files.exists(`${origin}/text`)).toBe(true)
    expect(await files.exists(`${origin}/none`)).toBe(false)
    expect(await files.list(`${origin}/text`)).toEqual([`${origin}/text`])
    expect(files.join(`${origin}/`, 'a', 'b')).toBe(`${origin}/a/b`)
  })

  it('says what went wrong', async () => {
    await expect(files.readText(`${origin}/none`)).rejects.toMatchObject({ code: 'not-found' })
    await expect(files.folders(origin)).rejects.toMatchObject({ code: 'no-folders' })
    await expect(files.writeAtomic('model.safetensors', '')).rejects.toThrow(
      'cannot write model.safetensors: a page has no file system',
    )
  })

  it('is what a bundle for a page holds, without anything of Node', async () => {
    const { metafile } = await build({
      entryPoints: [fileURLToPath(new URL('../../src/index.ts', import.meta.url))],
      bundle: true,
      write: false,
      metafile: true,
      platform: 'browser',
      format: 'esm',
      conditions: ['@dl/source'],
      external: ['@dl/core', '@tensorflow/tfjs-core'],
    })
    const inputs = Object.keys(metafile.inputs).join()
    expect(inputs).toContain('files/browser.ts')
    expect(inputs).not.toContain('files/node.ts')
    expect(inputs).not.toContain('node:')
  })
})
