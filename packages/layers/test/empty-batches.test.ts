/** No items in, none out: the last shapes are as ever. */
import * as dl from '@dl/layers'
import { dispose, type Tensor, zeros } from '@tensorflow/tfjs-core'
import { expect, it } from 'vitest'

it.each<[string, unknown[], number[], number[]]>([
  ['Conv1d', [2, 3, 3], [0, 5, 2], [0, 3, 3]],
  ['ConvTranspose2d', [2, 3, 2, { stride: 2 }], [0, 3, 4, 2], [0, 6, 8, 3]],
  ['GroupNorm', [2, 4], [0, 3, 4], [0, 3, 4]],
  ['InstanceNorm1d', [4], [0, 3, 4], [0, 3, 4]],
  ['InstanceNorm2d', [4], [0, 3, 2, 4], [0, 3, 2, 4]],
  ['Upsample', [{ scaleFactor: 2 }], [0, 3, 4, 2], [0, 6, 8, 2]],
  ['ZeroPad2d', [1], [0, 3, 4, 2], [0, 5, 6, 2]],
  ['ReflectionPad2d', [1], [0, 3, 4, 2], [0, 5, 6, 2]],
  ['MaxPool2d', [2, { ceilMode: true }], [0, 3, 4, 2], [0, 2, 2, 2]],
  ['GELU', [], [0, 3], [0, 3]],
  ['Linear', [3, 5], [0, 3], [0, 5]],
  ['Embedding', [4, 3, { paddingIdx: 0 }], [0, 2], [0, 2, 3]],
])('%s', (layer, args, shape, expected) => {
  const Kind = (dl as unknown as Record<string, new (...args: unknown[]) => dl.Module>)[layer]!
  const module = new Kind(...args)
  const x = zeros(shape, layer === 'Embedding' ? 'int32' : 'float32')
  const y: Tensor = module.call(x)
  expect(y.shape).toEqual(expected)
  dispose([x, y])
  module.dispose()
})
