import { valueAndGrads } from '@dl/core'
import { mirrorPad, mul, reverse, sum, type Tensor } from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  expectLikeCpu,
  fallbacksOf,
  floats,
  ints,
  results,
  runKernel,
  toTensor,
  useWasm,
  type WasmBackend,
} from './helpers'

let backend: WasmBackend
beforeAll(async () => {
  backend = await useWasm()
})

describe('reverse', () => {
  it.each([
    { shape: [7], axes: [0] },
    { shape: [5, 9], axes: [1] },
    { shape: [5, 9], axes: [0, 1] },
    { shape: [5, 9], axes: [] },
    { shape: [4, 8, 9, 3], axes: [2] },
    { shape: [4, 8, 9, 3], axes: [1, 3] },
    { shape: [0, 3], axes: [0] },
    { shape: [2, 3, 2, 3, 2, 3], axes: [0, 2, 4] },
  ])('of $shape along $axes', async ({ shape, axes }) => {
    await expectLikeCpu(x => reverse(x, axes), [floats(...shape)], 0)
    await expectLikeCpu(x => reverse(x, axes), [ints(99, ...shape)], 0)
  })
})

type Pads = [number, number][]

describe('mirrorPad', () => {
  const cases: { shape: number[]; paddings: Pads }[] = [
    { shape: [5], paddings: [[2, 3]] },
    {
      shape: [3, 4],
      paddings: [
        [2, 0],
        [1, 3],
      ],
    },
    {
      shape: [2, 9, 8, 3],
      paddings: [
        [0, 0],
        [4, 4],
        [4, 4],
        [0, 0],
      ],
    },
    {
      shape: [2, 3, 4, 5],
      paddings: [
        [1, 1],
        [0, 2],
        [3, 1],
        [2, 2],
      ],
    },
    {
      shape: [3, 3],
      paddings: [
        [0, 0],
        [0, 0],
      ],
    },
    {
      shape: [2, 2, 2, 2, 2],
      paddings: [
        [1, 1],
        [1, 1],
        [1, 1],
        [1, 1],
        [1, 1],
      ],
    },
  ]
  it.each(cases)('of $shape by $paddings', async ({ shape, paddings }) => {
    for (const mode of ['reflect', 'symmetric'] as const) {
      await expectLikeCpu(
        x => mirrorPad(x as never, paddings as never, mode),
        [floats(...shape)],
        0,
      )
      await expectLikeCpu(
        x => mirrorPad(x as never, paddings as never, mode),
        [ints(99, ...shape)],
        0,
      )
    }
  })

  it('has tfjs’s gradient', async () => {
    const paddings: Pads = [
      [1, 2],
      [2, 1],
    ]
    const gradient = (x: Tensor) => {
      const run = () => {
        const y = mirrorPad(x as never, paddings as never, 'reflect')
        return sum(mul(y, y))
      }
      return valueAndGrads(run, [x]).grads[0]!
    }
    await expectLikeCpu(gradient, [floats(4, 5)])
  })

  it('refuses more than there is to mirror', () => {
    const x = toTensor(floats(3, 4))
    const attrs = {
      paddings: [
        [0, 0],
        [0, 4],
      ],
      mode: 'reflect',
    }
    expect(() => runKernel('MirrorPad', { x }, attrs)).toThrowErrorMatchingInlineSnapshot(
      `[DlError: MirrorPad got the paddings [[0,0],[0,4]], mode reflect; expected at most 3 in dimension 1.]`,
    )
    x.dispose()
  })

  it('runs without a CPU kernel', () => {
    const around: Pads = [
      [0, 0],
      [4, 4],
      [4, 4],
      [0, 0],
    ]
    const f = (x: Tensor) => reverse(mirrorPad(x as never, around as never, 'reflect'), 2)
    expect(fallbacksOf(backend, () => results(f, [floats(2, 8, 8, 3)]))).toEqual([])
  })
})
