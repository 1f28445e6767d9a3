/** What holds for TensorFlow behind tfjs: one tfjs-core, own copies, and nothing left behind. */
import { createRequire } from 'node:module'
import { backendInfo as ofBackend } from '@dl/backend-node'
import { backendInfo, embedding, lstm, valueAndGrads } from '@dl/core'
import {
  abs,
  dispose,
  engine,
  getGradient,
  sum,
  tensor,
  tidy,
  unique,
  zeros,
} from '@tensorflow/tfjs-core'
import { expect, it } from 'vitest'
import type { NodeBackend } from '../src/backend'

it('says what it runs on', () => {
  ofBackend()
  expect(backendInfo()).toEqual(ofBackend())
  expect(ofBackend()).toMatchObject({
    ...{ backend: 'node', package: '@tensorflow/tfjs-node', gpu: false, simd: null },
    ...{ native: 'TensorFlow', precision: 'float32', fallbacks: [], bytesHeld: null, limits: {} },
  })
  const { tensorflow, kernels, threads, device } = ofBackend()
  expect(tensorflow).toMatch(/^2\.\d+/)
  expect(kernels).toBeGreaterThan(150)
  expect(threads).toBeGreaterThan(0)
  expect(device).not.toBe('')
})

it('counts the kernels that tfjs’s CPU backend had to run', async () => {
  const x = tensor([3, 1, 3], [3], 'int32')
  const { values, indices } = unique(x)
  expect([...(await values.data())]).toEqual([3, 1])
  expect(ofBackend().fallbacks).toEqual(['Unique'])
  expect(ofBackend().fallbacks).toEqual([])
  dispose([x, values, indices])
})

it('shares the tfjs-core of the program, and leaves its gradients as @dl/core made them', async () => {
  const loaded = Object.keys(createRequire(import.meta.url).cache)
  const folder = process.env.DL_TFJS_NODE!
  expect(loaded.filter(path => path.startsWith(folder) && /tfjs(-core)?\/dist/.test(path))).toEqual(
    [],
  )
  expect(getGradient('Stack')).toBeUndefined()
  const x = tensor([0, -2])
  const step = valueAndGrads(() => sum(abs(x)), [x])
  // tfjs has −1 for the first
  expect([...(await step.grads[0]!.data())]).toEqual([0, -1])
  step.dispose()
  x.dispose()
})

it('copies arrays, those that it gets and those that it hands out', async () => {
  const values = Float32Array.of(1, 2)
  const x = tensor(values)
  values[0] = 9
  const read = await x.data()
  read[1] = 9
  expect([...(await x.data())]).toEqual([1, 2])
  x.dispose()
})

it('leaves no tensor of TensorFlow’s behind, be it by success or by failure', () => {
  const { binding } = engine().backend as NodeBackend
  const pass = () => {
    const weights = [{ wIh: zeros([3, 16]), wHh: zeros([4, 16]) }]
    const x = zeros([5, 2, 3])
    const state = zeros([1, 2, 4])
    const trained = [x, state, weights[0]!.wIh, weights[0]!.wHh]
    valueAndGrads(() => sum(lstm(x, { h: state, c: state }, weights).output), trained).dispose()
    const [weight, ids] = [zeros([4, 2]), tensor([0, 7], [2], 'int32')]
    expect(() => tidy(() => embedding(weight, ids))).toThrow('id 7 at position 1')
    dispose([...trained, weight, ids])
  }
  pass()
  const before = binding.getNumOfTensors()
  for (let i = 0; i < 3; i++) pass()
  expect(binding.getNumOfTensors()).toBe(before)
})

it('names the disposed tensor that is used', () => {
  const x = zeros([2, 3])
  x.dispose()
  expect(() => engine().runKernel('Relu', { x })).toThrow(
    'a tensor of shape [2, 3] was used after it was disposed',
  )
})
