import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decodeImage, encodePng } from '@dl/vision'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { runProgram } from '../../_kit/test/run-program'

const backend = process.env.DL_TEST_BACKEND!
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dl-cam-'))
})

afterAll(() => rm(folder, { recursive: true }))

beforeEach(ctx => {
  if (backend === 'cpu') ctx.skip('tfjs-cpu would take minutes')
})

const program = runProgram(new URL('../dist/main.js', import.meta.url))

const run = (out: string, ...args: string[]) =>
  program('--quick', '--count', '32', '--backend', backend, '--json', '--out', out, ...args)

/** A line of letters and what is between. */
const CAPTION = 26

const sizeOf = async (path: string) => {
  const { width, height } = await decodeImage(await readFile(path))
  return [width, height]
}

it('trains, draws, and explains a file; what it saved draws the same again', async () => {
  const out = join(folder, 'cam')
  const picture = join(folder, 'picture.png')
  const data = Uint8Array.from({ length: 80 * 60 * 3 }, (_, i) => (i * 7) % 256)
  await writeFile(picture, encodePng({ width: 80, height: 60, channels: 3, data }))
  const { code, stderr, report } = await run(out, '--image', picture)
  expect(code, stderr).toBe(0)
  const { files, zoom, image, accuracy, inBoxes, ...rest } = report()
  expect(rest).toEqual({ data: 'patches', method: 'cam', backend, seed: 42 })
  expect(accuracy).toBeGreaterThanOrEqual(0)
  expect(inBoxes).toBeGreaterThanOrEqual(0)
  expect(zoom.box).toEqual({
    ...{ x: expect.any(Number), y: expect.any(Number) },
    ...{ width: 38, height: 38 },
  })
  expect(image.box.width).toBe(18)
  const names = ['cam.safetensors', 'loss.svg', 'lr.svg', 'maps.png', 'zoom.png', 'image.png']
  expect(files).toEqual(names.map(name => join(out, name)))
  const [maps, zoomed, own] = files.slice(-3)
  // four classes of two pictures each, six to a row
  expect(await sizeOf(maps)).toEqual([6 * 166 - 6, 4 * (160 + CAPTION + 6) - 6])
  expect(await sizeOf(zoomed)).toEqual([4 * 262 - 6, 256 + CAPTION])
  expect(await sizeOf(own)).toEqual([4 * 262 - 6, 256 + CAPTION])

  const again = join(folder, 'again')
  const loaded = await run(again, '--load', files[0], '--image', picture)
  expect(loaded.code, loaded.stderr).toBe(0)
  expect(loaded.report()).toMatchObject({ accuracy, inBoxes })
  expect(await readFile(join(again, 'image.png'))).toEqual(await readFile(own))
})

it.each(['gradcam', 'gradcam++'])('draws by %s', async method => {
  const { code, stderr, report } = await run(join(folder, method), '--method', method)
  expect(code, stderr).toBe(0)
  expect(report().method).toBe(method)
})

describe('bad input ends with one message and code 1', () => {
  const message = async (...args: string[]) => {
    const { code, stderr, stdout } = await run(join(folder, 'bad'), ...args)
    expect(code).toBe(1)
    expect(stdout).toBe('')
    return stderr.trim().split('\n').at(-1)!
  }

  it('a method, a file or weights that are none', async () => {
    expect(await message('--method', 'lime')).toBe(
      '--method is "lime"; expected one of cam, gradcam, gradcam++.',
    )
    expect(await message('--image', join(folder, 'nowhere.png'))).toMatch(/nowhere\.png/)
    const text = join(folder, 'text.png')
    await writeFile(text, 'no picture')
    expect(await message('--image', text)).toMatch(/text\.png/)
    expect(await message('--load', join(folder, 'nowhere.safetensors'))).toMatch(/nowhere/)
  })
})
