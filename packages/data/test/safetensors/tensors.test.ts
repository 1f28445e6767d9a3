import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { decodeSafetensors, loadTensors, saveTensors, writeSafetensors } from '@dl/data'
import { scalar, type Tensor, tensor, tensor1d } from '@tensorflow/tfjs-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const fixture = fileURLToPath(new URL('../fixtures/python.safetensors', import.meta.url))
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dl-safetensors-'))
})

afterAll(() => rm(folder, { recursive: true, force: true }))

/** [dtype, shape, values] of each, disposing them. */
async function consume(tensors: Record<string, Tensor>) {
  const found: Record<string, [string, number[], number[]]> = {}
  for (const [name, t] of Object.entries(tensors)) {
    found[name] = [t.dtype, t.shape, [...(await t.data())]]
    t.dispose()
  }
  return found
}

describe('loadTensors', () => {
  it('makes float32, int32 and bool of what Python wrote', async () => {
    const { tensors, metadata } = await loadTensors(fixture)
    expect(metadata.epoch).toBe('3')
    expect(await consume(tensors)).toEqual({
      weight: ['float32', [2, 3], [0, 0.25, 0.5, 0.75, 1, 1.25]],
      scalar: ['float32', [], [-1.5]],
      empty: ['float32', [0, 3], []],
      double: ['float32', [2], [Math.fround(1 / 3), -2]],
      half: ['float32', [6], [1.5, -0.25, 65504, 2 ** -24, Number.POSITIVE_INFINITY, Number.NaN]],
      steps: ['int32', [2], [7, -7]],
      ids: ['int32', [2, 2], [1, 2, 3, -4]],
      bytes: ['int32', [3], [0, 255, 3]],
      mask: ['bool', [3], [1, 0, 1]],
      'æ.weight': ['int32', [1], [1]],
    })
  })

  it('reads bfloat16', async () => {
    const path = join(folder, 'bf16')
    const data = Uint16Array.of(0x3f80, 0xc049, 0x7f80)
    await writeSafetensors(path, { a: { dtype: 'BF16', shape: [3], data } })
    const { tensors } = await loadTensors(path)
    expect(await consume(tensors)).toEqual({
      a: ['float32', [3], [1, -3.140625, Number.POSITIVE_INFINITY]],
    })
  })

  it.each([
    // by ml_dtypes, the types of JAX and NumPy
    [
      'F8_E4M3',
      [0x00, 0x01, 0x08, 0x38, 0x7e, 0x7f, 0xb8, 0xff],
      [0, 2 ** -9, 2 ** -6, 1, 448, Number.NaN, -1, Number.NaN],
    ],
    [
      'F8_E5M2',
      [0x01, 0x3c, 0x7b, 0x7c, 0xfc, 0x7d],
      [2 ** -16, 1, 57344, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN],
    ],
    ['F8_E8M0', [0, 127, 128, 254, 255], [2 ** -127, 1, 2, 2 ** 127, Number.NaN]],
    ['F8_E4M3FNUZ', [0x00, 0x01, 0x40, 0x7f, 0x80, 0xc0], [0, 2 ** -10, 1, 240, Number.NaN, -1]],
    ['F8_E5M2FNUZ', [0x01, 0x40, 0x7f, 0x80], [2 ** -17, 1, 57344, Number.NaN]],
  ] as const)('reads %s', async (dtype, bits, values) => {
    const path = join(folder, dtype)
    const data = Uint8Array.from(bits)
    await writeSafetensors(path, { a: { dtype, shape: [bits.length], data } })
    const { tensors } = await loadTensors(path)
    expect(await consume(tensors)).toEqual({ a: ['float32', [bits.length], [...values]] })
  })

  it('rounds F64, and refuses what would become infinite', async () => {
    const path = join(folder, 'double')
    const data = Float64Array.of(0.1, 3.4e38, Number.NEGATIVE_INFINITY)
    await writeSafetensors(path, { a: { dtype: 'F64', shape: [3], data } })
    const { tensors } = await loadTensors(path)
    const rounded = [Math.fround(0.1), Math.fround(3.4e38), Number.NEGATIVE_INFINITY]
    expect(await consume(tensors)).toEqual({ a: ['float32', [3], rounded] })
    data[1] = 1e39
    await writeSafetensors(path, { a: { dtype: 'F64', shape: [3], data } })
    await expect(loadTensors(path)).rejects.toThrow(/a in .*double holds 1e\+39; expected/)
  })

  it('takes every byte but 0 for true', async () => {
    const path = join(folder, 'bool')
    const data = Uint8Array.of(0, 1, 2, 255)
    await writeSafetensors(path, { a: { dtype: 'BOOL', shape: [4], data } })
    const { tensors } = await loadTensors(path)
    expect(await consume(tensors)).toEqual({ a: ['bool', [4], [0, 1, 1, 1]] })
  })

  it('refuses integers that do not fit, and makes no tensor', async () => {
    const path = join(folder, 'wide')
    await writeSafetensors(path, {
      fits: { dtype: 'F32', shape: [1], data: Float32Array.of(1) },
      wide: { dtype: 'I64', shape: [1], data: BigInt64Array.of(2n ** 40n) },
    })
    await expect(loadTensors(path)).rejects.toThrow(
      `wide in ${path} holds 1099511627776; expected integers of 32 bits`,
    )
  })

  it('names the file that is no safetensors file', async () => {
    const path = join(folder, 'text')
    await writeFile(path, 'hello, world')
    await expect(loadTensors(path)).rejects.toThrow(`${path} is no valid safetensors file`)
  })
})

describe('saveTensors', () => {
  it('writes what loadTensors reads and leaves the tensors alone', async () => {
    const path = join(folder, 'deep', 'model.safetensors')
    const given = {
      'encoder.0.weight': tensor([1, -0.5, Number.NaN, 1e-40], [2, 2]),
      step: scalar(7, 'int32'),
      mask: tensor1d([true, false]),
      empty: tensor([], [0, 4]),
    }
    await saveTensors(path, given, { epoch: '1' })
    const { tensors, metadata } = await loadTensors(path)
    expect(metadata).toEqual({ epoch: '1' })
    expect(await consume(tensors)).toEqual(await consume(given))
  })

  it('stores scalars as 4 bytes, beginning at a multiple of 8', async () => {
    const path = join(folder, 'scalar')
    const one = scalar(1)
    await saveTensors(path, { one })
    one.dispose()
    const bytes = await readFile(path)
    expect((bytes.length - 4) % 8).toBe(0)
    expect(decodeSafetensors(bytes).tensors.one?.shape).toEqual([])
  })

  it('refuses what the format lacks', async () => {
    const text = tensor1d(['a'])
    await expect(saveTensors(join(folder, 'x'), { text })).rejects.toThrow(
      'text is a string tensor; expected float32, int32 or bool.',
    )
    text.dispose()
  })
})
