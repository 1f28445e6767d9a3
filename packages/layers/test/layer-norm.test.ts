import { DlError } from '@dl/core'
import { LayerNorm, type LayerNormOptions, layerNorm } from '@dl/layers'
import { dispose, zeros } from '@tensorflow/tfjs-core'
import { expect, it } from 'vitest'
import { type Golden, hashed, readFixture } from '../../../scripts/golden'
import { expectLayer, fill } from './golden-layer'

interface Case {
  shape: number[]
  normalized: number | number[]
  options: LayerNormOptions
  results: Record<string, Golden>
}

it.each(readFixture<Case[]>(import.meta.url, 'layer-norms'))(
  'is PyTorch’s for $shape over $normalized, $options',
  async ({ shape, normalized, options, results }) => {
    const norm = new LayerNorm(normalized, options)
    fill(norm)
    const x = hashed(1, shape, 3)
    await expectLayer(norm, x, results)
    x.dispose()
    norm.dispose()
  },
)

it('begins as PyTorch’s does, and prints its options', async () => {
  const norm = new LayerNorm([2, 3])
  expect([...(await norm.weight!.value.data())]).toEqual([1, 1, 1, 1, 1, 1])
  expect([...(await norm.bias!.value.data())]).toEqual([0, 0, 0, 0, 0, 0])
  expect(String(norm)).toBe('LayerNorm(2, 3)')
  expect(String(new LayerNorm(4, { affine: false }))).toBe('LayerNorm(4, affine=false)')
  norm.dispose()
})

it('complains about wrong shapes and options', () => {
  const norm = new LayerNorm([2, 3])
  const x = zeros([2, 3, 2])
  expect(() => norm.call(x)).toThrow(
    'LayerNorm got an input of shape [2, 3, 2]; expected last dimensions of [2, 3].',
  )
  const [one, whole] = [zeros([1]), zeros([2, 3], 'int32')]
  expect(() => layerNorm(x, 2, { gamma: one })).toThrow(
    'layerNorm got gamma of shape [1]; expected [3, 2], that of the last axes.',
  )
  expect(() => layerNorm(x, 1, { beta: x })).toThrow('layerNorm got beta of shape [2, 3, 2]')
  expect(() => layerNorm(whole)).toThrow('layerNorm got an input of int32 [2, 3]; expected float32')
  dispose([one, whole])
  expect(() => layerNorm(x, 4)).toThrow('layerNorm got axes 4; expected an integer from 1 to 3.')
  expect(() => new LayerNorm([])).toThrow('LayerNorm got dimensions 0')
  expect(() => new LayerNorm([3, 0])).toThrow('LayerNorm got shape[1] 0')
  expect(() => new LayerNorm(3, { eps: -1 })).toThrow(DlError)
  x.dispose()
  norm.dispose()
})
