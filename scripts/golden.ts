/**
 * Golden values: what PyTorch made of inputs that both sides compute from a formula, so that only
 * results are stored. `scripts/fixtures/make.py` writes them and has the same formulas.
 */
import { type Tensor, tensor } from '@tensorflow/tfjs-core'
import { expect } from 'vitest'

/** A result. Large ones are stored as a sample and as sums under random signs. */
export interface Golden {
  shape: number[]
  norm: number
  /** Base64 of little-endian float32: every `stride`-th value. */
  values: string
  stride: number
  /** Σ ±x for eight sets of signs; each is off by about the norm of the error. */
  signed: number[]
}

/** `<folder of the test>/fixtures/<name>.json` */
export const readFixture = <T>(test: string, name: string): T =>
  JSON.parse(readText(new URL(`fixtures/${name}.json`, test))) as T

/** In Node and in a page, and both at once: tests are made of what they read. */
function readText(url: URL): string {
  if (url.protocol === 'file:') {
    return process.getBuiltinModule('node:fs').readFileSync(url, 'utf8')
  }
  const request = new XMLHttpRequest()
  request.open('GET', `/@fs${url.pathname}`, false)
  request.send()
  if (request.status !== 200) throw new Error(`${url} answered ${request.status}`)
  return request.responseText
}

/** 32 well-mixed bits for each index (the finalizer of MurmurHash3). */
function hash(seed: number, index: number): number {
  let h = (index + Math.imul(seed, 0x9e3779b1)) | 0
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}

const sizeOf = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1)

/** Numbers in [−scale, scale), the same ones in both languages. */
export function hashed(seed: number, shape: number[], scale = 1): Tensor {
  const values = Float32Array.from(
    { length: sizeOf(shape) },
    (_, i) => ((hash(seed, i) >>> 16) / 2 ** 15 - 1) * scale,
  )
  return tensor(values, shape)
}

/** Integers from 0 to `below` − 1. */
export const hashedIds = (seed: number, shape: number[], below: number): Tensor =>
  tensor(
    Int32Array.from({ length: sizeOf(shape) }, (_, i) => hash(seed, i) % below),
    shape,
    'int32',
  )

/** The values of `hashedIds(seed, [length], 256)`: pixels. */
export const hashedBytes = (seed: number, length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => hash(seed, i) % 256)

/** Compares by the norm and by the largest difference, both relative. */
export async function expectGolden(
  what: string,
  actual: Tensor,
  golden: Golden,
  tolerance = 1e-4,
): Promise<void> {
  expect(actual.shape, what).toEqual(golden.shape)
  const ours = await actual.data<'float32'>()
  const theirs = decode(golden.values)
  expect(theirs.length, what).toBe(Math.ceil(ours.length / golden.stride))
  const sampled = theirs.map((_, i) => ours[i * golden.stride]!)
  expect(relativeError(sampled, theirs), `${what}, relative`).toBeLessThanOrEqual(tolerance)
  const norm = Math.sqrt(ours.reduce((total, x) => total + x * x, 0))
  const close = (x: number) => Math.abs(x) <= tolerance * golden.norm
  expect(norm - golden.norm, `${what}, its norm`).toSatisfy(close)
  golden.signed.forEach((sum, k) => {
    const signed = ours.reduce((total, x, i) => total + (hash(99, i) & (1 << k) ? x : -x), 0)
    expect(signed - sum, `${what}, signed sum ${k}`).toSatisfy(close)
  })
}

/** The larger of ‖a − b‖ / ‖b‖ and max |a − b| / max |b|; 0 / 0 counts as 0. */
export function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  let [difference, norm, largestDifference, largest] = [0, 0, 0, 0]
  for (let i = 0; i < expected.length; i++) {
    const d = Math.abs(actual[i]! - expected[i]!)
    const x = Math.abs(expected[i]!)
    difference += d * d
    norm += x * x
    largestDifference = Math.max(largestDifference, d)
    largest = Math.max(largest, x)
  }
  const ratio = (a: number, b: number) => (a === 0 ? 0 : a / b)
  return Math.max(ratio(Math.sqrt(difference), Math.sqrt(norm)), ratio(largestDifference, largest))
}

function decode(base64: string): Float32Array {
  return new Float32Array(Uint8Array.from(atob(base64), char => char.charCodeAt(0)).buffer)
}
