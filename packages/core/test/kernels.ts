/** Runs the fused kernels themselves, on inputs drawn from a seed. */
import {
  adamStep,
  batchNorm,
  binaryCrossEntropy,
  clipScale,
  crossEntropy,
  dropout,
  embedding,
  Generator,
  gru,
  lstm,
  noGrad,
  rnn,
  sgdStep,
  valueAndGrads,
} from '@dl/core'
import {
  add,
  addN,
  clone,
  dispose,
  engine,
  setBackend,
  sum,
  type Tensor,
  tensor,
  zeros,
} from '@tensorflow/tfjs-core'
import { expect } from 'vitest'
import { relativeError } from '../../../scripts/golden'
import { type Attrs, type Inputs, sizeOf, type Values } from './reference'

export const backend = import.meta.env.DL_TEST_BACKEND ?? 'cpu'
export const FORWARD = 1e-5
export const BACKWARD = 1e-4

/** Kernels without a faster one are registered when their operation first runs. */
export function registerComposed(): void {
  const weight = zeros([2, 2])
  const ids = zeros([1, 1], 'int32')
  const step = valueAndGrads(() => {
    const x = dropout(embedding(weight, ids), 0.5)
    const state = zeros([1, 1, 2])
    const weights = (gates: number) => [{ wIh: zeros([2, 2 * gates]), wHh: zeros([2, 2 * gates]) }]
    const outputs = [
      rnn(x, state, weights(1)).output,
      gru(x, state, weights(3)).output,
      lstm(x, { h: state, c: state }, weights(4)).output,
    ]
    noGrad(() => {
      const base = { lr: 0, weightDecay: 0, decoupledDecay: 0 }
      const [param, grad, m, v] = [zeros([1]), zeros([1]), zeros([1]), zeros([1])]
      clipScale([grad], 1)
      sgdStep({ param: clone(param), grad }, { ...base, momentum: 0, nesterov: false })
      adamStep({ param, grad, m, v }, { ...base, beta1: 0, beta2: 0, eps: 1, step: 1 })
    })
    const normalised = batchNorm(weight).output
    const losses = [crossEntropy(addN(outputs), ids), binaryCrossEntropy(weight, weight)]
    return add(addN(losses), sum(normalised))
  }, [weight])
  step.dispose()
  dispose([weight, ids])
}

/**
 * Runs a kernel and reads its outputs. The inputs are held by others too, so they must be what
 * they were; `alone` gives the kernel the only reference, which allows it to work in place.
 */
export async function run(kernel: string, inputs: Inputs, attrs: Attrs, { alone = false } = {}) {
  const originals = Object.entries(inputs).map(([name, { shape, data }]) => {
    const dtype = data instanceof Int32Array ? 'int32' : 'float32'
    return [name, tensor(data as Float32Array, shape, dtype)] as const
  })
  const given = Object.fromEntries(originals.map(([name, t]) => [name, alone ? t : clone(t)]))
  const outputs = [engine().runKernel(kernel, given, attrs)].flat() as Tensor[]
  const results = await Promise.all(outputs.map(output => output.data<'float32'>()))
  dispose([outputs, given])
  if (!alone) {
    for (const [name, t] of originals) {
      expect([...(await t.data())], `${kernel}'s input ${name} afterwards`).toEqual([
        ...(t.dtype === 'int32' ? inputs[name]!.data : Float32Array.from(inputs[name]!.data)),
      ])
      t.dispose()
    }
  }
  return results.map((data, i) => ({ shape: outputs[i]!.shape, data }))
}

export function expectClose(
  kernel: string,
  actual: Values[],
  expected: Values[],
  tolerance: number,
) {
  expect(actual.length, `outputs of ${kernel}`).toBe(expected.length)
  expected.forEach(({ shape, data }, i) => {
    expect(actual[i]!.shape, `${kernel}'s output ${i}`).toEqual(shape)
    const error = relativeError(actual[i]!.data, data)
    expect(error, `${kernel}'s output ${i}`).toBeLessThanOrEqual(tolerance)
  })
}

export async function onCpu<T>(f: () => Promise<T>): Promise<T> {
  await setBackend('cpu')
  try {
    registerComposed()
    return await f()
  } finally {
    await setBackend(backend)
  }
}

let random = new Generator(2017)
/** For beforeEach: a test draws the same whichever tests ran before it. */
export const reseed = () => {
  random = new Generator(2017)
}
export const uniform = (shape: number[], bound = 1): Values => ({
  shape,
  data: random.uniform(sizeOf(shape), -bound, bound),
})
export const integers = (shape: number[], below: number): Values => ({
  shape,
  data: Int32Array.from({ length: sizeOf(shape) }, () => random.int(below)),
})
export const oneOf = <T>(...choices: T[]): T => choices[random.int(choices.length)]!
export const size = () => oneOf(1, 2, 3, 5, 6)
export const draws = <T>(count: number, draw: () => T): T[] => Array.from({ length: count }, draw)
