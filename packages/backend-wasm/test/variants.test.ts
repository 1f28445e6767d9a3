import { batchNorm, valueAndGrads } from '@dl/core'
import {
  avgPool,
  conv2d,
  depthwiseConv2d,
  elu,
  exp,
  log,
  matMul,
  maxPool,
  relu,
  removeBackend,
  setBackend,
  sigmoid,
  softmax,
  square,
  sum,
  type Tensor,
  tanh,
} from '@tensorflow/tfjs-core'
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { registerWasm } from '../src/register'
import { simdVariant } from '../src/simd'
import { expectClose, floats, results, runKernel, useWasm, type Value } from './helpers'

beforeAll(useWasm)

const CONVOLUTION = {
  ...{ strides: 2, pad: 'same', dataFormat: 'NHWC' },
  ...{ inputShape: [2, 17, 16, 5], filterShape: [3, 3, 5, 9] },
}

type Case = [f: (...xs: Tensor[]) => Tensor | Tensor[], inputs: Value[]]

/**
 * Other builds of the same kernels: `plain` for engines without fused multiply-add, whose last bits
 * differ; `wide` for those that join vectors, whose do not.
 */
it.each([
  ['plain', 2e-5],
  ['wide', 0],
] as const)('the %s kernels agree with the relaxed ones to %d', async (simd, tolerance) => {
  const cases: Case[] = [
    [(a, b) => matMul(a as never, b as never), [floats(67, 71), floats(71, 129)]],
    [(a, b) => matMul(a as never, b as never, true, true), [floats(71, 67), floats(129, 71)]],
    [
      (x, w) => relu(conv2d(x as never, w as never, 2, 'same')),
      [floats(2, 17, 16, 5), floats(3, 3, 5, 9)],
    ],
    [
      (dy, filter) => runKernel('Conv2DBackpropInput', { dy, filter }, CONVOLUTION),
      [floats(2, 9, 8, 9), floats(3, 3, 5, 9)],
    ],
    [
      (x, dy) => runKernel('Conv2DBackpropFilter', { x, dy }, CONVOLUTION),
      [floats(2, 17, 16, 5), floats(2, 9, 8, 9)],
    ],
    [
      (x, w) => depthwiseConv2d(x as never, w as never, 1, 'same'),
      [floats(2, 9, 8, 21), floats(3, 3, 21, 1)],
    ],
    ...[exp, tanh, sigmoid, softmax, elu].map(op => [x => op(x), [floats(5, 101)]] as Case),
    [x => log(square(x)), [floats(99)]],
    [x => sum(x, 0), [floats(70, 21)]],
    [
      x => [maxPool(x as never, 3, 2, 'same'), avgPool(x as never, 3, 2, 'same')],
      [floats(2, 7, 5, 21)],
    ],
    [
      (x, gamma) => {
        const run = () => sum(tanh(batchNorm(x, { gamma, relu: 'before' }).output)) as Tensor
        const { value, grads } = valueAndGrads(run, [x, gamma])
        return [value, ...(grads as Tensor[])]
      },
      [floats(9, 4, 7), floats(7)],
    ],
    [
      (x, h0, c0, wIh, wHh) => runKernel('DlLstm', { x, h0, c0, wIh, wHh } as never),
      [floats(3, 5, 6), floats(5, 7), floats(5, 7), floats(6, 28), floats(7, 28)],
    ],
  ]
  const relaxed = cases.flatMap(([f, inputs]) => results(f, inputs))
  registerWasm('wasm-other', { simd, priority: 0 })
  await setBackend('wasm-other')
  const other = cases.flatMap(([f, inputs]) => results(f, inputs))
  await setBackend('wasm')
  removeBackend('wasm-other')
  expect(other.length).toBe(relaxed.length)
  other.forEach((result, i) => {
    expectClose(result.values, relaxed[i]!.values, tolerance)
  })
})

describe('DL_SIMD', () => {
  afterEach(() => {
    vi.unstubAllEnvs()
  })

  it('names a variant', ctx => {
    ctx.skip(!('process' in globalThis), 'a page has no environment variables')
    vi.stubEnv('DL_SIMD', 'plain')
    expect(simdVariant()).toBe('plain')
    vi.stubEnv('DL_SIMD', 'fast')
    expect(() => simdVariant()).toThrowErrorMatchingInlineSnapshot(
      `[DlError: DL_SIMD is 'fast'; expected plain, relaxed or wide.]`,
    )
  })
})
