import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decodeImage } from '@dl/vision'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { runProgram } from '../../_kit/test/run-program'

const backend = process.env.DL_TEST_BACKEND!
const run = runProgram(new URL('../dist/main.js', import.meta.url))
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dl-cam-'))
})

afterAll(() => rm(folder, { recursive: true }))

it('trains, writes heat maps over pictures, zooms in, and reports', async ctx => {
  if (backend === 'cpu') return ctx.skip('tfjs-cpu would take minutes')
  const args = ['--quick', '--json', '--out', folder, '--pictures', '4', '--backend', backend]
  const { code, stderr, report } = await run(...args)
  expect(code, stderr).toBe(0)
  const { files, ...rest } = report()
  expect(rest).toMatchObject({ data: 'shapes', method: 'cam', backend, seed: 42 })
  expect(rest.peakInBox).toBeGreaterThan(0.2)
  const [weights, sheet, large] = files
  const { width, height } = await decodeImage(new Uint8Array(await readFile(sheet)))
  expect(width).toBeGreaterThan(6 * 160)
  expect(height).toBeGreaterThan(2 * 160)
  expect((await readFile(large)).length).toBeGreaterThan(1000)

  expect(weights).toMatch(/cam\.safetensors$/)
  const loaded = await run('--load', 'cam', '--method', 'gradcam', ...args)
  expect(loaded.code, loaded.stderr).toBe(0)
  expect(loaded.report().files.length).toBe(3)
}, 120_000)

it('names what is wrong', async () => {
  const { code, stderr } = await run('--method', 'lime')
  expect(code).toBe(1)
  expect(stderr).toContain('--method is "lime"; expected one of cam, gradcam, gradcam++')
})
