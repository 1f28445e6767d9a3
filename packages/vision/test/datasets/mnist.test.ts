import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { datasets, type PixelImage } from '@dl/vision'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { readIdx } from '../../src/datasets/idx'
import { messageOf } from '../kit'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dl-vision-'))
  await mkdir(join(folder, 'mnist'))
  vi.stubEnv('DL_DATA', folder)
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(folder, { recursive: true, force: true })
})

const idx = (shape: number[], values: (i: number) => number) => {
  const size = shape.reduce((a, b) => a * b, 1)
  const bytes = new Uint8Array(4 + 4 * shape.length + size)
  bytes.set([0, 0, 8, shape.length])
  for (const [i, length] of shape.entries()) new DataView(bytes.buffer).setUint32(4 + 4 * i, length)
  for (let i = 0; i < size; i++) bytes[bytes.length - size + i] = values(i)
  return bytes
}
async function lay(part: string, count: number) {
  const files = [
    [`${part}-images-idx3-ubyte.gz`, idx([count, 2, 3], i => i)],
    [`${part}-labels-idx1-ubyte.gz`, idx([count], i => i % 10)],
  ] as const
  for (const [name, bytes] of files) await writeFile(join(folder, 'mnist', name), gzipSync(bytes))
}

describe('datasets.mnist', () => {
  it('reads the four files', async () => {
    await lay('train', 20)
    await lay('t10k', 10)
    const { train, validation, classes, source } = await datasets.mnist()
    expect([train.length, validation.length, classes.length, source]).toEqual([
      20,
      10,
      10,
      'DL_DATA',
    ])
    expect(train[1]).toMatchObject({ label: 1, image: { width: 3, height: 2, channels: 1 } })
    expect([...(train[1]!.image as PixelImage).data]).toEqual([6, 7, 8, 9, 10, 11])
  })

  it('makes do with the test digits', async () => {
    await lay('t10k', 8020)
    const { train, validation } = await datasets.mnist({ tiny: true })
    expect([train.length, validation.length]).toEqual([8000, 20])
    expect(validation.filter(({ label }) => label === 4).length).toBe(2)
  })
})

describe('readIdx', () => {
  it.each([
    [Uint8Array.of(0, 0, 13, 1, 0, 0, 0, 0), 'x begins with the bytes 0 0 13 1; expected an IDX'],
    [new Uint8Array(0), 'x begins with the bytes of nothing; expected an IDX file of bytes: 0 0 8'],
    [idx([3], i => i).subarray(0, 10), 'x has 2 bytes for 3; expected 3.'],
    [gzipSync(idx([3], i => i)).subarray(0, 12), 'x is damaged: '],
  ])('refuses %j', async (bytes, message) => {
    expect(await messageOf(readIdx(bytes, 'x'))).toContain(message)
  })
})
