import { manualSeed } from '@dl/core'
import { BatchNorm2d, Conv2d, Sequential } from '@dl/layers'
import { add, dispose, tensor, tidy } from '@tensorflow/tfjs-core'
import { expect, it } from 'vitest'
import { keyOfModule, keysOfItems } from '../../src/learner/content-keys'

const net = (stride = 1) => {
  manualSeed(1)
  return new Sequential(new Conv2d(2, 3, 3, { stride }), new BatchNorm2d(3))
}

it('knows a module by weights, running statistics and structure', async () => {
  using first = net()
  using twin = net()
  using strided = net(2)
  const key = await keyOfModule(first)
  expect(key).toMatch(/^[0-9a-f]{64}$/)
  expect(await keyOfModule(twin)).toBe(key)
  // training mode and frozen weights change nothing that a body gives out
  expect(await keyOfModule(twin.eval().freeze())).toBe(key)
  expect(await keyOfModule(strided)).not.toBe(key)
  const [convolution, norm] = [twin[0] as Conv2d, twin[1] as BatchNorm2d]
  tidy(() => convolution.weight.assign(add(convolution.weight.value, 1e-3)))
  const moved = await keyOfModule(twin)
  tidy(() => norm.running_mean.write(add(norm.running_mean.value, 1e-3)))
  expect(new Set([key, moved, await keyOfModule(twin)]).size).toBe(3)
})

it('knows items by values, shape and type, wherever they stand', async () => {
  const [rows, square, whole] = [
    tensor([1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4], [3, 4]),
    tensor([1, 2, 3, 4], [1, 2, 2]),
    tensor([1, 2, 3, 4], [1, 4], 'int32'),
  ]
  const [first, second, third] = await keysOfItems([rows])
  expect(third).toBe(first)
  const [asSquare] = await keysOfItems([square])
  const [asWhole] = await keysOfItems([whole])
  const [twice] = await keysOfItems([whole, square])
  expect(new Set([first, second, asSquare, asWhole, twice]).size).toBe(5)
  dispose([rows, square, whole])
})
