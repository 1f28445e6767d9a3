/**
 * The fused kernels on the backend under test against float64 references, in random small shapes
 * and some large ones. The recurrent ones and batch norm have files of their own.
 */
import { embedding, opInfo, threefryWords } from '@dl/core'
import { dispose, tensor, zeros } from '@tensorflow/tfjs-core'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  BACKWARD,
  backend,
  draws,
  expectClose,
  FORWARD,
  integers,
  oneOf,
  registerComposed,
  reseed,
  run,
  size,
  uniform,
} from './kernels'
import type { Values } from './reference'
import * as reference from './reference'

beforeEach(reseed)

beforeAll(registerComposed)

const rounded = ({ shape, data }: Values): Values => ({ shape, data: Float32Array.from(data) })

describe('cross-entropy', () => {
  const cases = [
    ...draws(8, () => ({ rows: size(), classes: size(), bound: oneOf(1, 4) })),
    { rows: 131, classes: 67, bound: 30 },
    { rows: 9, classes: 1027, bound: 3 },
  ].flatMap(shape => (['mean', 'sum', 'none'] as const).map(reduction => ({ ...shape, reduction })))
  it.each(cases)('is the formulas’ for $rows × $classes within $bound, $reduction', async spec => {
    const { rows, classes, bound, reduction } = spec
    const attrs = { reduction, ignoreIndex: oneOf(-100, 0) }
    const inputs = { logits: uniform([rows, classes], bound), labels: integers([rows], classes) }
    // one row counts in any case, as 0 / 0 is tested elsewhere
    inputs.labels.data[0] = classes > 1 ? 1 : 0
    if (classes === 1) attrs.ignoreIndex = -100
    if (rows > 1) inputs.labels.data[rows - 1] = attrs.ignoreIndex
    const dy = uniform(reduction === 'none' ? [rows] : [])
    const { loss, peak, others, dlogits } = reference.crossEntropy({ ...inputs, dy }, attrs)
    const forward = await run('DlCrossEntropy', inputs, attrs)
    expectClose('DlCrossEntropy', forward, [loss, peak, others], FORWARD)
    const given = { ...inputs, peak: rounded(peak), others: rounded(others), dy }
    const backward = await run('DlCrossEntropyGrad', given, attrs)
    expectClose('DlCrossEntropyGrad', backward, [dlogits], BACKWARD)
  })
})

describe('binary cross-entropy', () => {
  it.each([...draws(4, () => [size(), size()]), [131, 67]])(
    'is the formulas’ for %i × %i',
    async (...shape) => {
      const inputs = { logits: uniform(shape, 30), targets: uniform(shape, 1) }
      inputs.targets.data.forEach((t, i) => {
        inputs.targets.data[i] = i % 3 === 0 ? Math.abs(t) : t > 0 ? 1 : 0
      })
      const dy = uniform(shape)
      const { losses, dlogits } = reference.binaryCrossEntropy({ ...inputs, dy })
      const forward = await run('DlBinaryCrossEntropy', inputs, {})
      expectClose('DlBinaryCrossEntropy', forward, [losses], FORWARD)
      const backward = await run('DlBinaryCrossEntropyGrad', { ...inputs, dy }, {})
      expectClose('DlBinaryCrossEntropyGrad', backward, [dlogits], BACKWARD)
    },
  )
})

describe('embedding', () => {
  const cases = draws(8, () => ({
    rows: size(),
    width: oneOf(1, 3, 4, 7, 33),
    ids: oneOf([size()], [size(), size()], [size(), size(), size()]),
  }))
  it.each([...cases, { rows: 67, width: 42, ids: [5, 64] }])(
    'is exact for [$rows, $width] and ids $ids',
    async ({ rows, width, ids: shape }) => {
      const ids = integers(shape, rows)
      const weight = uniform([rows, width])
      const [output] = await run('DlEmbedding', { weight, ids }, {})
      expect(output!.shape).toEqual([...shape, width])
      expect([...output!.data]).toEqual([...reference.embedding({ weight, ids }).data])
      const given = { ids, dy: uniform([...shape, width]) }
      const backward = await run('DlEmbeddingGrad', given, { rows })
      const expected = reference.embeddingGradient(given, { rows })
      expectClose('DlEmbeddingGrad', backward, [expected], BACKWARD)
    },
  )

  it.for([4, -1])('names an id of %i that is no row', (id, ctx) => {
    ctx.skip(backend === 'webgl', 'a graphics card does not tell what ids it has seen')
    const [weight, ids] = [zeros([4, 2]), tensor([0, id, 1], [3], 'int32')]
    expect(() => embedding(weight, ids)).toThrow(
      `id ${id} at position 1 is no row of the table; expected ids from 0 to 3. Check that the vocabulary and the embedding have the same size.`,
    )
    dispose([weight, ids])
  })
})

describe('dropout', () => {
  const key = { key0: 0xdeadbeef, key1: 7 }
  // half a step above the first element's bits: dropped, which rounding p down would not do
  const BETWEEN = ((threefryWords([key.key0, key.key1], 0, 1)[0]! >>> 8) + 0.5) / 2 ** 24
  it.each([
    { shape: [1], p: 0.5, counter: 0 },
    { shape: [7, 9], p: 0.1, counter: 3 },
    { shape: [5, 67, 71], p: 0.5, counter: 12345 },
    { shape: [33], p: 0.3, counter: 2 ** 32 - 5 },
    { shape: [2, 3, 5], p: 2 ** -24, counter: 1 },
    { shape: [11], p: 1, counter: 0 },
    { shape: [2], p: BETWEEN, counter: 0 },
  ])('drops the elements the stream says: $shape, p $p, from block $counter', async spec => {
    const { shape, p, counter } = spec
    const x = uniform(shape)
    const attrs = { ...key, p, counter }
    const expected = reference.dropout({ x }, attrs)
    const [output] = await run('DlDropout', { x }, attrs)
    const kept = ({ data }: Values) => Array.from(data, value => value !== 0)
    expect(kept(output!)).toEqual(kept(expected))
    expectClose('DlDropout', [output!], [expected], FORWARD)
  })
})

it('the scale that clips is that of the joint norm, of many gradients too', async () => {
  for (const shapes of [
    [[1]],
    [[67, 129], [3], [5, 7, 2]],
    Array.from({ length: 31 }, () => [4, 3]),
  ]) {
    const grads = shapes.map(shape => uniform(shape))
    const inputs = Object.fromEntries(grads.map((grad, i) => [`g${i}`, grad]))
    const norm = Math.hypot(...grads.flatMap(({ data }) => [...data]))
    for (const maxNorm of [0.25, 1e3]) {
      const data = [Math.min(1, maxNorm / (norm + 1e-6))]
      const scale = { shape: [], data: Float32Array.from(data) }
      expectClose('DlClipScale', await run('DlClipScale', inputs, { maxNorm }), [scale], FORWARD)
    }
  }
})

describe('optimizer steps', () => {
  const decays = [
    { weightDecay: 0, decoupledDecay: 0 },
    { weightDecay: 0.1, decoupledDecay: 0 },
    { weightDecay: 0, decoupledDecay: 0.3 },
  ]
  const cases = decays.flatMap(decay =>
    [true, false].flatMap(scaled => [true, false].map(alone => ({ ...decay, scaled, alone }))),
  )
  const scale = { shape: [], data: Float32Array.of(0.25) }
  const shapes = [[1], [3, 5], [67, 129], [4097]]

  it.each(cases)('sgd: $weightDecay $decoupledDecay, scaled $scaled, alone $alone', async spec => {
    const { scaled, alone, ...decay } = spec
    for (const shape of shapes) {
      for (const momentum of [0, 0.9]) {
        for (const nesterov of momentum > 0 ? [false, true] : [false]) {
          const attrs = { lr: 0.3, momentum, nesterov, ...decay }
          const inputs = {
            param: uniform(shape),
            grad: uniform(shape),
            ...(momentum > 0 && { buffer: uniform(shape) }),
            ...(scaled && { scale }),
          }
          const actual = await run('DlSgdStep', inputs, attrs, { alone })
          expectClose('DlSgdStep', actual, reference.sgdStep(inputs, attrs), FORWARD)
        }
      }
    }
  })

  it.each(cases)('adam: $weightDecay $decoupledDecay, scaled $scaled, alone $alone', async spec => {
    const { scaled, alone, ...decay } = spec
    for (const shape of shapes) {
      for (const step of [1, 7]) {
        const attrs = { lr: 0.3, beta1: 0.9, beta2: 0.99, eps: 1e-3, step, ...decay }
        const positive = uniform(shape)
        const inputs = {
          param: uniform(shape),
          grad: uniform(shape),
          m: uniform(shape),
          v: { shape, data: positive.data.map(Math.abs) as Float32Array },
          ...(scaled && { scale }),
        }
        const actual = await run('DlAdamStep', inputs, attrs, { alone })
        expectClose('DlAdamStep', actual, reference.adamStep(inputs, attrs), FORWARD)
      }
    }
  })
})

it('leaves out no kernel of core', () => {
  const pairs = [
    'DlRnn',
    'DlGru',
    'DlLstm',
    'DlBatchNorm',
    'DlCrossEntropy',
    'DlBinaryCrossEntropy',
    'DlEmbedding',
  ]
  expect(
    opInfo()
      .map(({ op }) => op)
      .sort(),
  ).toEqual(
    [
      ...pairs.flatMap(name => [name, `${name}Grad`]),
      'DlClipScale',
      'DlDropout',
      'DlSgdStep',
      'DlAdamStep',
    ].sort(),
  )
})
