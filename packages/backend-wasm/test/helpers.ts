/** What the tests here share: seeded numbers, the CPU backend as oracle, comparison. */
import '@dl/backend-wasm'
import { Generator } from '@dl/core'
import {
  complex,
  type DataType,
  engine,
  setBackend,
  type Tensor,
  tensor,
  tidy,
} from '@tensorflow/tfjs-core'
import { expect } from 'vitest'
import { WasmBackend } from '../src/backend'

/** The backend under test, active. */
export async function useWasm(): Promise<WasmBackend> {
  await setBackend('wasm')
  return engine().backend as WasmBackend
}

const generator = new Generator(20171101)

/** Normal numbers, different at each call, the same in each run. */
export const random = (length: number): Float32Array => generator.normal(length)
export const randomInts = (length: number, below: number): Int32Array =>
  Int32Array.from({ length }, () => generator.int(below))

/** An input by value, so that each backend gets its own tensor. */
export interface Value {
  values: ArrayLike<number>
  shape: number[]
  dtype: DataType
}

export const size = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1)
export const floats = (...shape: number[]): Value => ({
  values: random(size(shape)),
  shape,
  dtype: 'float32',
})
export const ints = (below: number, ...shape: number[]): Value => ({
  values: randomInts(size(shape), below),
  shape,
  dtype: 'int32',
})

export function toTensor({ values, shape, dtype }: Value): Tensor {
  const part = tensor(values as Float32Array, shape, dtype === 'complex64' ? 'float32' : dtype)
  return dtype === 'complex64' ? complex(part, part) : part
}

/** Runs a kernel by name and returns its outputs as tensors. */
export function runKernel(
  name: string,
  inputs: Record<string, Tensor> | Tensor[],
  attrs: object = {},
): Tensor[] {
  const outputs = engine().runKernel(name, inputs as never, attrs as never) as Tensor | Tensor[]
  return Array.isArray(outputs) ? outputs : [outputs]
}

export interface Result {
  shape: number[]
  dtype: DataType
  values: number[]
}

/** What `f` gives for these inputs on the active backend. */
export function results(f: (...xs: Tensor[]) => Tensor | Tensor[], inputs: Value[]): Result[] {
  const kept: Result[] = []
  tidy(() => {
    const out = f(...inputs.map(toTensor))
    for (const t of Array.isArray(out) ? out : [out]) {
      kept.push({ shape: t.shape, dtype: t.dtype, values: [...(t.dataSync() as Float32Array)] })
    }
  })
  return kept
}

/** Holds `f` on this backend against tfjs's CPU backend. */
export async function expectLikeCpu(
  f: (...xs: Tensor[]) => Tensor | Tensor[],
  inputs: Value[],
  tolerance = 1e-5,
): Promise<void> {
  await setBackend('cpu')
  const wanted = results(f, inputs)
  await setBackend('wasm')
  const got = results(f, inputs)
  expect(got.map(({ shape, dtype }) => ({ shape, dtype }))).toEqual(
    wanted.map(({ shape, dtype }) => ({ shape, dtype })),
  )
  got.forEach((result, i) => {
    expectClose(result.values, wanted[i]!.values, tolerance)
  })
}

/** Every |got − wanted| <= tolerance · max(1, |wanted|); NaN and infinities must agree. */
export function expectClose(
  got: ArrayLike<number>,
  wanted: ArrayLike<number>,
  tolerance = 1e-5,
): void {
  expect(got.length).toBe(wanted.length)
  for (let i = 0; i < wanted.length; i++) {
    const [g, w] = [got[i]!, wanted[i]!]
    if (Object.is(g, w) || g === w) continue
    const error = Math.abs(g - w) / Math.max(1, Math.abs(w))
    if (!(error <= tolerance)) expect.fail(`element ${i} is ${g}, wanted ${w}`)
  }
}

/** Runs under `f`, then says whether only our own kernels ran. */
export function fallbacksOf(backend: WasmBackend, f: () => void): string[] {
  backend.fallbacks.clear()
  f()
  return [...backend.fallbacks]
}

export { WasmBackend }
