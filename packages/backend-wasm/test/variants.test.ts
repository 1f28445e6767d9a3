import { batchNorm, valueAndGrads } from '@dl/core'
import {
  avgPool,
  conv2d,
  depthwiseConv2d,
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
import { beforeAll, expect, it } from 'vitest'
import { registerWasm } from '../src/register'
import { expectClose, floats, results, runKernel, useWasm, type Value } from './helpers'

beforeAll(useWasm)

const CONVOLUTION = {
  ...{ strides: 2, pad: 'same', dataFormat: 'NHWC' },
  ...{ inputShape: [2, 17, 16, 5], filterShape: [3, 3, 5, 9] },
}

/** The engine here has fused multiply-add; those without it run the other build of the same kernels. */
it('the plain kernels agree with the relaxed ones', async () => {
  const cases: [f: (...xs: Tensor[]) => Tensor | Tensor[], inputs: Value[]][] = [
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
    ...[exp, tanh, sigmoid, softmax].map(
      op => [x => op(x), [floats(5, 101)]] as (typeof cases)[number],
    ),
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
  const relaxed = cases.map(([f, inputs]) => results(f, inputs))
  registerWasm('wasm-plain', { simd: 'plain', priority: 0 })
  await setBackend('wasm-plain')
  const plain = cases.map(([f, inputs]) => results(f, inputs))
  await setBackend('wasm')
  removeBackend('wasm-plain')
  expect(plain.flat().length).toBe(relaxed.flat().length)
  plain.flat().forEach((result, i) => {
    expectClose(result.values, relaxed.flat()[i]!.values, 2e-5)
  })
})
