import { DlError } from '@dl/core'
import { Conv2d, type Conv2dOptions, conv2d, type Pair } from '@dl/layers'
import { cast, dispose, ones, type Tensor, zeros } from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import { type Golden, hashed, readFixture } from '../../../scripts/golden'
import { expectLayer, fill } from './golden-layer'

interface Case {
  shape: number[]
  outputs: number
  kernel: Pair
  options: Conv2dOptions
  results: Record<string, Golden>
}

it.each(readFixture<Case[]>(import.meta.url, 'convolutions'))(
  'is PyTorch’s for $shape → $outputs, kernel $kernel, $options',
  async ({ shape, outputs, kernel, options, results }) => {
    const conv = new Conv2d(shape[3]!, outputs, kernel, options)
    fill(conv)
    const x = hashed(1, shape)
    await expectLayer(conv, x, results)
    dispose(x)
    conv.dispose()
  },
)

it('begins as PyTorch’s does: uniform over ±1/√fan-in, bias too', async () => {
  for (const [conv, fanIn] of [
    [new Conv2d(8, 64, [3, 5]), 8 * 15],
    [new Conv2d(32, 64, 3, { groups: 4 }), 8 * 9],
  ] as const) {
    const bound = 1 / Math.sqrt(fanIn)
    for (const parameter of [conv.weight, conv.bias!]) {
      const values = await parameter.value.data()
      const largest = Math.max(...values.map(Math.abs))
      expect(largest).toBeLessThanOrEqual(bound)
      expect(largest).toBeGreaterThan(0.9 * bound)
      expect(new Set(values).size).toBeGreaterThan(0.9 * values.length)
    }
    conv.dispose()
  }
})

it('has PyTorch’s names and layout, and prints its options', () => {
  const conv = new Conv2d(6, 4, [1, 3], { stride: [2, 1], padding: [0, 1], groups: 2 })
  const state = conv.stateDict()
  expect(Object.entries(state).map(([name, { shape }]) => `${name} ${shape}`)).toEqual([
    'weight 4,3,1,3',
    'bias 4',
  ])
  expect(String(conv)).toBe('Conv2d(6, 4, [1, 3], stride=[2, 1], padding=[0, 1], groups=2)')
  dispose(state)
  conv.dispose()
  const plain = new Conv2d(3, 4, 5, { padding: 2, dilation: 2, bias: false })
  expect(String(plain)).toBe('Conv2d(3, 4, 5, padding=2, dilation=2, bias=false)')
  plain.dispose()
})

describe('wrong input', () => {
  it.each<[string, () => Conv2d, string]>([
    [
      'inputs',
      () => new Conv2d(0, 4, 3),
      'Conv2d got inputs 0; expected an integer of at least 1.',
    ],
    [
      'no kernel',
      () => new Conv2d(3, 4, undefined as never),
      'Conv2d got kernelSize undefined; exp',
    ],
    ['NaN', () => new Conv2d(3, 4, Number.NaN), 'Conv2d got kernelSize NaN; expected an integer'],
    [
      'words',
      () => new Conv2d(3, 4, 3, { padding: 'same' as never }),
      'Conv2d got padding "same"; expected an integer of at least 0',
    ],
    ['outputs', () => new Conv2d(3, 2.5, 3), 'Conv2d got outputs 2.5; expected an integer of at'],
    ['kernel', () => new Conv2d(3, 4, [3, 0]), 'Conv2d got kernelSize [3, 0]; expected an integer'],
    [
      'three',
      () => new Conv2d(3, 4, [3, 3, 3] as never),
      'Conv2d got kernelSize [3, 3, 3]; expected',
    ],
    [
      'stride',
      () => new Conv2d(3, 4, 3, { stride: 0 }),
      'Conv2d got stride 0; expected an integer',
    ],
    [
      'padding',
      () => new Conv2d(3, 4, 3, { padding: -1 }),
      'Conv2d got padding -1; expected an int',
    ],
    [
      'dilation',
      () => new Conv2d(3, 4, 3, { dilation: 1.5 }),
      'Conv2d got dilation 1.5; expected an',
    ],
    [
      'groups',
      () => new Conv2d(4, 6, 3, { groups: 4 }),
      'Conv2d got 4 groups for 4 channels in and 6 out; expected a number that divides both.',
    ],
    [
      'half groups',
      () => new Conv2d(4, 6, 3, { groups: 0.5 }),
      'Conv2d got groups 0.5; expected an',
    ],
  ])('%s', (_, make, message) => {
    expect(make).toThrow(message)
    expect(make).toThrow(DlError)
  })

  it.each<[number[], string]>([
    [[4, 4, 3], 'Conv2d got an input of shape [4, 4, 3]; expected [batch, height, width, 3].'],
    [
      [1, 3, 4, 4],
      'Conv2d got an input of shape [1, 3, 4, 4]; expected [batch, height, width, 3].',
    ],
    [
      [1, 2, 9, 3],
      'conv2d got a map of [4, 11] with its padding; expected at least its window, [5, 5].',
    ],
  ])('maps of %j', (shape, message) => {
    const conv = new Conv2d(3, 2, 3, { padding: 1, dilation: 2 })
    const x = zeros(shape)
    expect(() => conv.call(x)).toThrow(message)
    x.dispose()
    conv.dispose()
  })

  it('integers', () => {
    const [maps, weight, bias] = [ones([1, 5, 5, 3]), ones([3, 3, 3, 4]), ones([4])]
    const whole = [maps, weight, bias].map(t => cast(t, 'int32'))
    expect(() => conv2d(whole[0]!, weight)).toThrow(
      "conv2d got an input of int32 [1, 5, 5, 3]; expected float32. Convert it first: cast(x, 'float32').",
    )
    expect(() => conv2d(maps, whole[1]!)).toThrow('conv2d got a weight of int32 [3, 3, 3, 4]')
    expect(() => conv2d(maps, weight, whole[2])).toThrow('conv2d got a bias of int32 [4]')
    dispose([maps, weight, bias, ...whole])
  })

  it.each<[number[], number[] | null, string]>([
    [
      [3, 3],
      null,
      'conv2d got maps of shape [1, 5, 5, 3] and a weight of [3, 3]; expected a weight',
    ],
    [
      [3, 3, 2, 4],
      null,
      'a weight of [3, 3, 2, 4]; expected a weight of [rows, columns, 3, outputs]',
    ],
    [[3, 3, 3, 4], [3], 'conv2d got a bias of shape [3]; expected [4], one for each output.'],
  ])('a weight of %j, a bias of %j', (weight, bias, message) => {
    const tensors: Tensor[] = [ones([1, 5, 5, 3]), ones(weight), ...(bias ? [ones(bias)] : [])]
    expect(() => conv2d(tensors[0]!, tensors[1]!, tensors[2])).toThrow(message)
    dispose(tensors)
  })
})
