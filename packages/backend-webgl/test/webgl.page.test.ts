import { backendInfo } from '@dl/backend-webgl'
import { backendInfo as activeInfo, DlError, opInfo } from '@dl/core'
import {
  backend,
  dispose,
  env,
  exp,
  getBackend,
  matMul,
  memory,
  ones,
  reshape,
  type Tensor,
  tensor,
  tidy,
  transpose,
} from '@tensorflow/tfjs-core'
import { describe, expect, it, vi } from 'vitest'
import { checkDevice } from '../src/check-device'
import { KEPT_BYTES } from '../src/register'

it('tells what runs underneath', () => {
  const info = backendInfo()
  expect(info).toMatchObject({
    ...{ backend: 'webgl', version: 2, threads: 1, simd: null, native: null },
    ...{ precision: 'float32', fallbacks: [] },
  })
  expect(info.device).toMatch(/SwiftShader|ANGLE/)
  expect(info.kernels).toBeGreaterThan(180)
  expect(info.limits.textureSide).toBeGreaterThanOrEqual(4096)
  expect(opInfo().filter(({ implementation }) => implementation === 'composed')).toEqual([])
  expect(activeInfo()).toEqual(info)
})

it('counts programs that ran', async () => {
  // fewer numbers tfjs computes on the host
  const x = ones([20, 20])
  const before = backendInfo().launches
  const y = exp(x)
  const after = backendInfo().launches
  expect(after).toBeGreaterThan(before)
  const z = exp(y)
  expect(backendInfo().launches).toBe(after + 1)
  dispose([x, y, z])
})

it('keeps few textures and compiles few programs', async () => {
  expect(env().getBool('WEBGL_USE_SHAPES_UNIFORMS')).toBe(true)
  const { numBytesInGPUFree } = memory() as unknown as { numBytesInGPUFree: number }
  expect(numBytesInGPUFree).toBeLessThanOrEqual(KEPT_BYTES)
})

it('has the epsilon of 32 bits', () => {
  expect(backend().epsilon()).toBe(1e-7)
})

describe('where WebGL is not enough', () => {
  it('warns that 16 bits are too few to train', () => {
    const flags = vi.spyOn(env(), 'getBool').mockReturnValue(false)
    const warn = vi.spyOn(console, 'warn').mockReturnValue()
    checkDevice()
    flags.mockRestore()
    expect(warn).toHaveBeenCalledWith(
      "WebGL computes with 16-bit floats on this device: that is enough to predict, but training does not converge. To train, import '@dl/backend-wasm' instead of '@dl/backend-webgl'.",
    )
    warn.mockRestore()
  })

  it('says so in a browser without it', () => {
    const flags = vi.spyOn(env(), 'getNumber').mockReturnValue(0)
    let error: unknown
    try {
      checkDevice()
    } catch (caught) {
      error = caught
    }
    flags.mockRestore()
    expect(DlError.is(error, 'webgl-absent')).toBe(true)
  })
})

/** Both factors come out of a program that leaves 1 beyond the edges. */
describe('a product whose inner dimension is odd', () => {
  const values = (length: number, shift: number) =>
    Float32Array.from({ length }, (_, i) => Math.sin(i + shift))
  const product = (a: Float32Array, b: Float32Array, m: number, k: number, n: number) =>
    Float32Array.from({ length: m * n }, (_, at) => {
      let sum = 0
      for (let i = 0; i < k; i++) sum += a[Math.floor(at / n) * k + i]! * b[i * n + (at % n)]!
      return sum
    })

  it.each([
    // larger than what tfjs computes on the CPU
    [33, 5, 47, false, false],
    [34, 5, 46, false, true],
    [46, 7, 32, true, false],
    [35, 3, 45, true, true],
    [12, 67, 19, false, true],
    [33, 8, 47, false, false],
  ])('[%i, %i] × […, %i], transposed %s, %s', async (m, k, n, transposeA, transposeB) => {
    expect(getBackend()).toBe('webgl')
    const [a, b] = [values(m * k, 1), values(k * n, 2)]
    const made = tidy(() => {
      const left = exp(tensor(a, [m, k])) as Tensor
      const right = exp(tensor(b, [k, n])) as Tensor
      // transposing packs anew, so that the leftovers have to be made after it
      const first = transposeA ? exp(transpose(tensor(a, [m, k]))) : left
      const second = transposeB ? exp(transpose(tensor(b, [k, n]))) : right
      return [
        matMul(first, second, transposeA, transposeB),
        reshape(matMul(reshape(first, [1, ...first.shape]), second, transposeA, transposeB), [
          m,
          n,
        ]),
      ]
    })
    const expected = product(a.map(Math.exp), b.map(Math.exp), m, k, n)
    for (const result of made) {
      const got = await result.data()
      expect(Math.max(...got.map((x, i) => Math.abs(x / expected[i]! - 1)))).toBeLessThan(1e-5)
      result.dispose()
    }
  })
})
