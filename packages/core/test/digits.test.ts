/** Losses near 0, far logits and many classes, against float64. */
import { binaryCrossEntropy, crossEntropy, valueAndGrads } from '@dl/core'
import { mul, softmax, sum, type Tensor, tensor } from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import { backend } from './kernels'
import * as reference from './reference'

/** A few units in the last place; exponentials of GPUs are off by some more. */
const EXACT = backend === 'webgl' ? 1e-5 : 1e-6

type Row = readonly number[]
const ints = (values: Row) => tensor([...values], [values.length], 'int32')

/** The losses of single rows, and the gradient of their sum. */
async function lossesAndGradient(losses: (x: Tensor) => Tensor, x: Tensor) {
  const step = valueAndGrads(() => sum(losses(x)), [x])
  const each = losses(x)
  const result = { losses: await each.data(), gradient: await step.grads[0]!.data() }
  step.dispose()
  each.dispose()
  return result
}

async function ofClasses(rows: readonly Row[], labels: Row, ignoreIndex = -100) {
  const [x, y] = [tensor(rows.flat(), [rows.length, rows[0]!.length]), ints(labels)]
  const options = { reduction: 'none', ignoreIndex } as const
  const result = await lossesAndGradient(logits => crossEntropy(logits, y, options), x)
  x.dispose()
  y.dispose()
  return result
}

/** Each within `tolerance` of its own size. */
function expectEach(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance = EXACT) {
  expect(actual.length).toBe(expected.length)
  for (let i = 0; i < expected.length; i++) {
    const wanted = expected[i]!
    if (actual[i] === wanted) continue
    const off = Math.abs(actual[i]! - wanted) / Math.abs(wanted)
    expect(off, `${actual[i]} for ${wanted} at ${i}`).toBeLessThanOrEqual(tolerance)
  }
}

describe('cross-entropy', () => {
  it.each<[Row, number]>([
    [[10, 0], 0],
    [[10, 0], 1],
    [[20, 0, -3, 1, 2], 0],
    [[0.001, 0], 0],
    [[0.001, 0], 1],
    [[10001, 10000, 9999], 0],
    [[10001, 10000, 9999], 2],
    [[-1e6, -1e6 + 12], 1],
    [[3, 3, 3], 1],
    [[0, -80], 0],
    [[0, -90, -88, -89], 0],
  ])('of %j, label %i, keeps its digits, as does its gradient', async (row, label) => {
    const values = (data: Row, shape: number[]) => ({ shape, data: Float32Array.from(data) })
    const inputs = {
      logits: values(row, [1, row.length]),
      labels: { shape: [1], data: Int32Array.of(label) },
      dy: values([1], [1]),
    }
    const { loss, dlogits } = reference.crossEntropy(inputs, { reduction: 'none' })
    const actual = await ofClasses([row], [label])
    // what is below the normal numbers has fewer digits by itself
    const normal = (x: ArrayLike<number>) => Array.from(x, v => (Math.abs(v) < 1e-37 ? 0 : v))
    expectEach(normal(actual.losses), normal(loss.data))
    expectEach(normal(actual.gradient), normal(dlogits.data))
  })

  it('is the same at any offset', async () => {
    const near = await ofClasses([[2, 1, 0]], [1])
    const far = await ofClasses([[10002, 10001, 10000]], [1])
    expect(far).toEqual(near)
  })

  it('of 50,000 classes is as exact as a sum', async () => {
    const CLASSES = 50_000
    const row = Array.from({ length: CLASSES }, (_, i) => Math.fround(Math.sin(i) / 8))
    const total = row.reduce((sum, x) => sum + Math.exp(x), 0)
    const { losses, gradient } = await ofClasses([row], [7])
    expectEach(losses, [Math.log(total) - row[7]!])
    expectEach(
      gradient,
      row.map((x, i) => (i === 7 ? -(total - Math.exp(x)) / total : Math.exp(x) / total)),
    )
  })

  it('of −∞ is that of an impossible class', async () => {
    const [no, yes] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]
    const rows = [
      [0, no, 0],
      [no, 0, 0],
      [no, 3, no],
    ]
    const { losses, gradient } = await ofClasses(rows, [0, 0, 1])
    expectEach(losses, [Math.LN2, yes, 0])
    expectEach(
      gradient,
      [-0.5, 0, 0.5, -1, 0.5, 0.5, 0, 0, 0].map(x => x + 0),
    )
  })

  it('of a row without any finite logit, or with NaN or ∞, is NaN', async () => {
    const [no, yes] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]
    const rows = [
      [no, no],
      [Number.NaN, 0],
      [0, Number.NaN],
      [yes, 0],
      [yes, 0],
    ]
    const { losses } = await ofClasses(
      rows,
      rows.map((_, i) => (i === rows.length - 1 ? 1 : 0)),
    )
    expect([...losses]).toEqual(Array.from(rows, () => Number.NaN))
  })

  it('counts nothing of an ignored row, whatever stands there', async () => {
    const rows = [
      [1, Number.NaN],
      [0, 0],
      [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY],
    ]
    const { losses, gradient } = await ofClasses(rows, [-1, 1, -1], -1)
    expectEach(losses, [0, Math.LN2, 0])
    expectEach(gradient, [0, 0, 0.5, -0.5, 0, 0])
  })

  it.each([
    ['all rows ignored', [-100, -100]],
    ['no rows', []],
  ])('of %s is NaN as a mean, 0 as a sum, without gradient', async (_, labels) => {
    const x = tensor(
      labels.flatMap(() => [1, 2, 3]),
      [labels.length, 3],
    )
    const y = ints(labels)
    for (const [reduction, wanted] of [
      ['mean', Number.NaN],
      ['sum', 0],
    ] as const) {
      const step = valueAndGrads(() => crossEntropy(x, y, { reduction }), [x])
      expect([...(await step.value.data())]).toEqual([wanted])
      expect([...(await step.grads[0]!.data())]).toEqual(labels.flatMap(() => [0, 0, 0]))
      step.dispose()
    }
    x.dispose()
    y.dispose()
  })

  it.each([3, -1])('names a label of %i, or is NaN', async label => {
    const [x, y] = [
      tensor([
        [1, 2, 3],
        [1, 2, 3],
      ]),
      ints([0, label]),
    ]
    const attempt = () => crossEntropy(x, y)
    if (backend === 'webgl') {
      const loss = attempt()
      expect([...(await loss.data())]).toEqual([Number.NaN])
      loss.dispose()
    } else {
      expect(attempt).toThrow(
        `the label of row 1 is ${label}; expected a class from 0 to 2, or the ignored index -100. Check that the model has as many outputs as there are classes.`,
      )
    }
    x.dispose()
    y.dispose()
  })
})

it('a softmax over 50,000 classes is as exact as a sum', async () => {
  const row = Array.from({ length: 50_000 }, (_, i) => Math.fround(Math.sin(i) / 8))
  const total = row.reduce((sum, x) => sum + Math.exp(x), 0)
  const x = tensor(row, [1, row.length])
  const y = softmax(x)
  expectEach(
    await y.data(),
    row.map(v => Math.exp(v) / total),
  )
  x.dispose()
  y.dispose()
})

describe('binary cross-entropy', () => {
  const inputs = (rows: readonly Row[]) => {
    const column = (k: number) => Float32Array.from(rows, row => row[k]!)
    const shape = [rows.length]
    return { logits: { shape, data: column(0) }, targets: { shape, data: column(1) } }
  }
  async function of(rows: readonly Row[]) {
    const { logits, targets } = inputs(rows)
    const [x, t] = [tensor(logits.data), tensor(targets.data)]
    const result = await lossesAndGradient(
      scores => binaryCrossEntropy(scores, t, { reduction: 'none' }),
      x,
    )
    x.dispose()
    t.dispose()
    return result
  }

  it('keeps its digits, as does its gradient', async () => {
    const logits = [-80, -20, -10, -1, -1e-3, 0, 1e-3, 1, 10, 20, 80]
    const rows = logits.flatMap(x => [0, 1, 0.25].map(t => [x, t]))
    const given = inputs(rows)
    const dy = { shape: [rows.length], data: Float32Array.from(rows, () => 1) }
    const { losses, dlogits } = reference.binaryCrossEntropy({ ...given, dy })
    const actual = await of(rows)
    expectEach(actual.losses, losses.data)
    expectEach(actual.gradient, dlogits.data)
  })

  it('of an infinite logit is 0 or ∞', async () => {
    const [no, yes] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]
    const { losses, gradient } = await of([
      [yes, 1],
      [yes, 0],
      [no, 0],
      [no, 1],
      [Number.NaN, 0],
    ])
    expect([...losses]).toEqual([0, yes, 0, yes, Number.NaN])
    expect(Array.from(gradient, x => x + 0)).toEqual([0, 1, 0, -1, Number.NaN])
  })

  it('has a gradient for targets, −x each', async () => {
    const [x, t] = [tensor([2, -3]), tensor([0.5, 1])]
    const step = valueAndGrads(() => mul(binaryCrossEntropy(x, t), 2), [t])
    expect([...(await step.grads[0]!.data())]).toEqual([-2, 3])
    step.dispose()
    x.dispose()
    t.dispose()
  })
})
