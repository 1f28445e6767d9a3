import { DlError, type Parameter, valueAndGrads } from '@dl/core'
import {
  BatchNorm1d,
  BatchNorm2d,
  type BatchNormLayerOptions,
  bnFreeze,
  Conv2d,
  Flatten,
  Linear,
  MaxPool2d,
  type Module,
  ReLU,
  Sequential,
} from '@dl/layers'
import { dispose, mul, ones, scalar, sum, type Tensor, tensor, zeros } from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import { expectGolden, type Golden, hashed, readFixture } from '../../../scripts/golden'
import { expectLayer, fill } from './golden-layer'

const kinds = { BatchNorm1d, BatchNorm2d }

interface Case {
  layer: keyof typeof kinds
  shape: number[]
  options: BatchNormLayerOptions
  steps: { results: Record<string, Golden>; running: Record<string, Golden> }[]
}

it.each(readFixture<Case[]>(import.meta.url, 'batch-norms'))(
  '$layer is PyTorch’s for two steps and in evaluation: $shape, $options',
  async ({ layer, shape, options, steps }) => {
    const norm = new kinds[layer](shape.at(-1)!, options)
    fill(norm)
    for (const [i, { results, running }] of steps.entries()) {
      norm.train(i < 2)
      const x = hashed([1, 2, 1][i]!, shape, 2)
      // of two rows nearly nothing flows to x: what is left is rounding
      const tolerance = shape[0] === 2 && shape.length === 2 ? 1e-3 : 2e-5
      await expectLayer(norm, x, results, { seed: 5, tolerance })
      for (const name of ['running_mean', 'running_var'] as const) {
        await expectGolden(`${name} after ${i + 1}`, norm[name].value, running[name]!, 1e-5)
      }
      x.dispose()
    }
    norm.dispose()
  },
)

type Norm = BatchNorm1d | BatchNorm2d

const valuesOf = async (t: Tensor): Promise<number[]> => Array.from(await t.data())

const stateOf = async (norm: Norm): Promise<number[][]> =>
  Promise.all([norm.running_mean.value, norm.running_var.value].map(valuesOf))

/** One step of training, committed; tells for which parameters there is a gradient. */
function step(model: Module, x: Tensor): string[] {
  const named = [...model.namedParameters()].filter(([, { trainable }]) => trainable)
  const parameters: Parameter[] = named.map(([, parameter]) => parameter)
  const {
    grads,
    commit,
    dispose: end,
  } = valueAndGrads(() => {
    const y = model.call(x)
    return sum(mul(y, hashed(3, y.shape)))
  }, parameters)
  commit()
  end()
  return named.filter((_, i) => grads[i] !== null).map(([name]) => name)
}

function pin(norm: Norm, on = true): Norm {
  bnFreeze(norm, on)
  return norm
}

describe('the rule for frozen layers', () => {
  /** What comes out for the column 1, 2, 6 of mean 3, and what becomes of the running mean. */
  async function outcome(prepare: (norm: BatchNorm1d) => unknown) {
    const norm = new BatchNorm1d(1)
    prepare(norm)
    const before = await stateOf(norm)
    const column = tensor([[1], [2], [6]])
    const trained = step(norm, column)
    const y = norm.call(column)
    const [first] = await valuesOf(y)
    const after = await stateOf(norm)
    dispose([column, y])
    norm.dispose()
    return {
      statistics: Math.abs(first! - 1) < 1e-4 ? 'running' : 'batch',
      kept: JSON.stringify(before) === JSON.stringify(after),
      trained: trained.join(' '),
    }
  }

  const learns = { statistics: 'batch', kept: false, trained: 'weight bias' }
  const stays = { statistics: 'running', kept: true, trained: '' }
  const adapts = { statistics: 'running', kept: true, trained: 'weight bias' }

  it.each<[string, (norm: BatchNorm1d) => unknown, object]>([
    ['never frozen', () => {}, learns],
    ['frozen', norm => norm.freeze(), stays],
    ['frozen, then told to train', norm => norm.freeze().train(), stays],
    ['frozen and unfrozen', norm => norm.freeze().unfreeze(), learns],
    ['pinned', norm => pin(norm), adapts],
    ['pinned, then told to train', norm => pin(norm).train(), adapts],
    ['pinned, frozen and unfrozen', norm => pin(norm).freeze().unfreeze(), adapts],
    ['pinned and let go', norm => pin(pin(norm), false), learns],
    ['frozen, pinned and let go', norm => pin(pin(norm.freeze()), false), stays],
    ['in evaluation', norm => norm.eval(), adapts],
  ])('%s', async (_, prepare, expected) => {
    expect(await outcome(prepare)).toEqual(expected)
  })

  it('reaches all batch norms below, and what is unfrozen below what is frozen', async () => {
    const body = new Sequential(new Conv2d(2, 3, 3), new BatchNorm2d(3), new ReLU())
    const head = new Sequential(new Flatten(), new Linear(12, 2), new BatchNorm1d(2))
    const model = new Sequential(body, new MaxPool2d(2), head)
    const norms = [body[1] as BatchNorm2d, head[2] as BatchNorm1d]
    const input = hashed(1, [2, 6, 6, 2])
    /** Which of the two norms a step changes, to the bit. */
    const changed = async () => {
      const before = await Promise.all(norms.map(stateOf))
      const trained = step(model, input)
      const after = await Promise.all(norms.map(stateOf))
      const flags = before.map((state, i) => JSON.stringify(state) !== JSON.stringify(after[i]))
      return { flags, trained }
    }
    model.freeze()
    head.unfreeze()
    expect(await changed()).toEqual({
      flags: [false, true],
      trained: ['2.1.weight', '2.1.bias', '2.2.weight', '2.2.bias'],
    })
    bnFreeze(model)
    model.unfreeze()
    expect((await changed()).flags).toEqual([false, false])
    bnFreeze(body, false)
    expect((await changed()).flags).toEqual([true, false])
    input.dispose()
    model.dispose()
  })
})

describe('state dicts', () => {
  it('have PyTorch’s names, and take its count of batches without keeping it', async () => {
    const norm = new BatchNorm2d(2)
    const ours = norm.stateDict()
    expect(Object.keys(ours)).toEqual(['weight', 'bias', 'running_mean', 'running_var'])
    const theirs = { ...ours, running_mean: ones([2]), num_batches_tracked: scalar(7, 'int32') }
    expect(norm.loadStateDict(theirs)).toEqual({ missing: [], unexpected: [] })
    expect(await valuesOf(norm.running_mean.value)).toEqual([1, 1])
    const linear = new Linear(2, 2, { bias: false })
    const weight = ones([2, 2])
    const load = () =>
      linear.loadStateDict({ weight, num_batches_tracked: theirs.num_batches_tracked })
    expect(load).toThrow('unexpected: num_batches_tracked')
    dispose([ours, theirs.running_mean, theirs.num_batches_tracked, weight])
    norm.dispose()
    linear.dispose()
  })

  it('hold the count where the mean of all batches needs it', async () => {
    const norm = new BatchNorm1d(1, { momentum: null })
    const ours = norm.stateDict()
    const three = scalar(3, 'int32')
    norm.loadStateDict({ ...ours, num_batches_tracked: three })
    const x = tensor([[4], [12]])
    norm.call(x).dispose()
    expect(await valuesOf(norm.running_mean.value)).toEqual([2])
    expect(await valuesOf(norm.num_batches_tracked!.value)).toEqual([4])
    dispose([x, three])
    dispose(ours)
    norm.dispose()
  })
})

it('prints its options', () => {
  const norms = [
    new BatchNorm2d(3),
    new BatchNorm1d(4, { eps: 1e-3, momentum: 0.01, affine: false }),
    new BatchNorm1d(4, { momentum: null }),
  ]
  expect(norms.map(String)).toEqual([
    'BatchNorm2d(3)',
    'BatchNorm1d(4, eps=0.001, momentum=0.01, affine=false)',
    'BatchNorm1d(4, momentum=null)',
  ])
  for (const norm of norms) norm.dispose()
})

describe('wrong input', () => {
  it.each<[string, () => unknown]>([
    ['BatchNorm2d got features 0; expected an integer of at least 1.', () => new BatchNorm2d(0)],
    ['BatchNorm1d got eps -1', () => new BatchNorm1d(2, { eps: -1 })],
    [
      'BatchNorm1d got momentum 1.5; expected a number from 0 to 1, or null.',
      () => new BatchNorm1d(2, { momentum: 1.5 }),
    ],
  ])('%s', (message, make) => {
    expect(make).toThrow(message)
    expect(make).toThrow(DlError)
  })

  it.each<[new (features: number) => Norm, number[], string]>([
    [
      BatchNorm1d,
      [4, 2],
      'BatchNorm1d got an input of shape [4, 2]; expected a last dimension of 3.',
    ],
    [BatchNorm1d, [1, 2, 2, 3], 'expected [batch, 3] or [time, batch, 3].'],
    [
      BatchNorm2d,
      [4, 3],
      'BatchNorm2d got an input of shape [4, 3]; expected [batch, height, width, 3].',
    ],
    [BatchNorm2d, [1, 3, 4, 4], 'expected [batch, height, width, 3].'],
    [BatchNorm1d, [1, 3], '1 for each channel; expected at least 2 values for each channel.'],
    [BatchNorm2d, [1, 1, 1, 3], '1 for each channel; expected at least 2 values for each channel.'],
  ])('%o of %j', async (Kind, shape, message) => {
    const norm = new Kind(3)
    const x = zeros(shape)
    expect(() => norm.call(x)).toThrow(message)
    expect(await stateOf(norm)).toEqual([
      [0, 0, 0],
      [1, 1, 1],
    ])
    x.dispose()
    norm.dispose()
  })

  it('is none in evaluation, where one value is enough', () => {
    const norm = new BatchNorm1d(3).eval()
    const x = zeros([1, 3])
    norm.call(x).dispose()
    x.dispose()
    norm.dispose()
  })
})

describe('running statistics', () => {
  it.each([1, null])(
    'of momentum %s are those of a first batch, to the last digit',
    async momentum => {
      const norm = new BatchNorm1d(1, { momentum })
      const x = tensor([[1e-4], [-1e-4]])
      norm.call(x).dispose()
      const [mean, variance] = (await stateOf(norm)).flat()
      expect(mean).toBe(0)
      expect(variance! / 2e-8).toBeCloseTo(1, 6)
      x.dispose()
      norm.dispose()
    },
  )

  it('are the means of all batches where momentum is null', async () => {
    const norm = new BatchNorm1d(1, { momentum: null })
    for (const centre of [1e-4, 1000, 3]) {
      const x = tensor([[centre - 1], [centre + 1]])
      norm.call(x).dispose()
      x.dispose()
    }
    const [mean, variance] = (await stateOf(norm)).flat()
    expect(mean).toBeCloseTo(1003.0001 / 3, 3)
    expect(variance).toBeCloseTo(2, 5)
    norm.dispose()
  })

  it.each([0.1, null])('stay as they were after an empty batch, momentum %s', async momentum => {
    const norm = new BatchNorm1d(2, { momentum })
    const before = await stateOf(norm)
    const x = zeros([0, 2])
    const y = norm.call(x)
    expect(y.shape).toEqual([0, 2])
    expect(await stateOf(norm)).toEqual(before)
    dispose([x, y])
    norm.dispose()
  })
})
