/**
 * The kernels themselves, on the backend under test: against float64 references in random small
 * shapes, and in shapes larger than any tile against the composed kernels of tfjs-cpu, which the
 * references and PyTorch's golden values hold right.
 */
import {
  adamStep,
  crossEntropy,
  dropout,
  embedding,
  Generator,
  gru,
  lstm,
  noGrad,
  opInfo,
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
import { beforeAll, describe, expect, it } from 'vitest'
import { relativeError } from '../../../scripts/golden'
import * as reference from './reference'

type Inputs = reference.Inputs
type Attrs = reference.Attrs

const backend = process.env.DL_TEST_BACKEND ?? 'cpu'
const FORWARD = 1e-5
const BACKWARD = 1e-4

/** Kernels without a faster one are registered when their operation first runs. */
function registerComposed(): void {
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
      sgdStep({ param: clone(param), grad }, { ...base, momentum: 0, nesterov: false })
      adamStep({ param, grad, m, v }, { ...base, beta1: 0, beta2: 0, eps: 1, step: 1 })
    })
    return add(crossEntropy(addN(outputs), ids), sum(weight))
  }, [weight])
  step.dispose()
  dispose([weight, ids])
}

/**
 * Runs a kernel and reads its outputs. The inputs are held by others too, so they must be what
 * they were; `alone` gives the kernel the only reference, which allows it to work in place.
 */
async function run(kernel: string, inputs: Inputs, attrs: Attrs, { alone = false } = {}) {
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

function expectClose(
  kernel: string,
  actual: { shape: number[]; data: Float32Array }[],
  expected: ArrayLike<number>[],
  tolerance: number,
) {
  expect(actual.length, `outputs of ${kernel}`).toBe(expected.length)
  expected.forEach((values, i) => {
    const { data } = actual[i]!
    expect(data.length, `size of ${kernel}'s output ${i}`).toBe(values.length)
    const error = relativeError(data, values)
    expect(error, `${kernel}'s output ${i}`).toBeLessThanOrEqual(tolerance)
  })
}

beforeAll(registerComposed)

const random = new Generator(2017)
const uniform = (shape: number[], bound = 1): reference.Values => ({
  shape,
  data: random.uniform(
    shape.reduce((a, b) => a * b, 1),
    -bound,
    bound,
  ),
})
const integers = (shape: number[], below: number): reference.Values => ({
  shape,
  data: Int32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.int(below)),
})
const oneOf = <T>(...choices: T[]): T => choices[random.int(choices.length)]!
const size = () => oneOf(1, 2, 3, 5, 6)
const draws = <T>(count: number, draw: () => T): T[] => Array.from({ length: count }, draw)

interface Net {
  kernel: string
  gates: number
  attrs: Attrs
  outputs: (keyof ReturnType<typeof reference.unroll>)[]
  saved: (keyof ReturnType<typeof reference.unroll>)[]
  gradients: string[]
}

const plain = {
  kernel: 'DlRnn',
  gates: 1,
  saved: ['y'],
  outputs: ['y', 'hN'],
} satisfies Partial<Net>
const nets: Record<string, Net> = {
  tanh: {
    ...plain,
    attrs: { nonlinearity: 'tanh' },
    gradients: ['x', 'h0', 'wIh', 'wHh', 'bIh'],
  },
  relu: {
    ...plain,
    attrs: { nonlinearity: 'relu' },
    gradients: ['x', 'h0', 'wIh', 'wHh', 'bIh'],
  },
  gru: {
    kernel: 'DlGru',
    gates: 3,
    attrs: {},
    saved: ['y', 'cache'],
    outputs: ['y', 'hN', 'cache'],
    gradients: ['x', 'h0', 'wIh', 'wHh', 'bIh', 'bHh'],
  },
  lstm: {
    kernel: 'DlLstm',
    gates: 4,
    attrs: {},
    saved: ['y', 'gates', 'cells'],
    outputs: ['y', 'hN', 'cN', 'gates', 'cells'],
    gradients: ['x', 'h0', 'c0', 'wIh', 'wHh', 'bIh'],
  },
}

type Dims = [T: number, B: number, I: number, H: number]

function recurrentInputs(kind: string, [T, B, I, H]: Dims, bias: boolean): Inputs {
  const columns = nets[kind]!.gates * H
  return {
    x: uniform([T, B, I]),
    h0: uniform([B, H]),
    ...(kind === 'lstm' && { c0: uniform([B, H]) }),
    wIh: uniform([I, columns], I ** -0.5),
    wHh: uniform([H, columns], H ** -0.5),
    ...(bias && { bIh: uniform([columns], 0.5), bHh: uniform([columns], 0.5) }),
  }
}

/** What the gradient kernel gets: no biases, the saved outputs, gradients of some outputs. */
function gradientInputs(kind: string, { bIh, bHh, ...inputs }: Inputs, used: string[]): Inputs {
  const [T, B] = inputs.x!.shape as [number, number]
  const { h0 } = inputs
  const outputs = reference.unroll(kind, { ...inputs, ...(bIh && { bIh, bHh: bHh! }) })
  const saved = nets[kind]!.saved.map(name => {
    const data = Float32Array.from(outputs[name])
    return [name, { shape: [T, B, data.length / (T * B)], data }]
  })
  const dys = used.map(name => [
    `d${name}`,
    uniform(name === 'y' ? [T, B, h0!.shape[1]!] : h0!.shape),
  ])
  return { ...inputs, ...Object.fromEntries([...saved, ...dys]) }
}

const small = draws(10, () => ({
  dims: [size(), size(), size(), size()] as Dims,
  bias: oneOf(true, false),
  used: oneOf(['y'], ['hN'], ['y', 'hN']),
}))
const large: Dims[] = [
  [5, 67, 129, 71],
  [3, 64, 42, 128],
  [2, 1, 257, 33],
]

describe.each(Object.entries(nets))('%s', (kind, { kernel, attrs, outputs, gradients }) => {
  it.each(small)('is the formulas’ for $dims, bias $bias, gradient from $used', async spec => {
    const inputs = recurrentInputs(kind, spec.dims, spec.bias)
    const expected = reference.unroll(kind, inputs)
    const actual = await run(kernel, inputs, attrs)
    expectClose(
      kernel,
      actual,
      outputs.map(name => expected[name]),
      FORWARD,
    )
    const used = kind === 'lstm' ? [...spec.used, 'cN'] : spec.used
    const given = gradientInputs(kind, inputs, used)
    const loss = (all: Inputs) => {
      const results = reference.unroll(kind, all)
      const flow = (name: string) => {
        const dy = given[`d${name}`]!.data
        return results[name as 'y'].reduce((total, value, i) => total + value * dy[i]!, 0)
      }
      return used.reduce((total, name) => total + flow(name), 0)
    }
    const zeroBias = { shape: [], data: new Float32Array(inputs.wIh!.shape[1]!) }
    const biased = { bIh: zeroBias, bHh: zeroBias, ...inputs }
    expectClose(
      `${kernel}Grad`,
      await run(`${kernel}Grad`, given, attrs),
      gradients.map(name => reference.numericGradient(loss, biased, name)),
      BACKWARD,
    )
  })

  it.each(large)('is the formulas’ for T %i, batch %i, %i → %i', async (...dims) => {
    const inputs = recurrentInputs(kind, dims, true)
    const expected = reference.unroll(kind, inputs)
    expectClose(
      kernel,
      await run(kernel, inputs, attrs),
      outputs.map(name => expected[name]),
      FORWARD,
    )
  })

  it.skipIf(backend === 'cpu').each(large)(
    'has tfjs-cpu’s composed gradient for T %i, batch %i, %i → %i',
    async (...dims) => {
      const inputs = gradientInputs(kind, recurrentInputs(kind, dims, true), ['y', 'hN'])
      const expected = await onCpu(() => run(`${kernel}Grad`, inputs, attrs))
      expectClose(
        `${kernel}Grad`,
        await run(`${kernel}Grad`, inputs, attrs),
        expected.map(({ data }) => data),
        BACKWARD,
      )
    },
  )
})

async function onCpu<T>(f: () => Promise<T>): Promise<T> {
  await setBackend('cpu')
  try {
    registerComposed()
    return await f()
  } finally {
    await setBackend(backend)
  }
}

describe('cross-entropy', () => {
  const cases = [
    ...draws(8, () => ({ rows: size(), classes: size(), bound: oneOf(1, 5, 30) })),
    { rows: 131, classes: 67, bound: 3 },
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
    const { loss, logSumExp, dlogits } = reference.crossEntropy({ ...inputs, dy }, attrs)
    const forward = await run('DlCrossEntropy', inputs, attrs)
    expectClose('DlCrossEntropy', forward, [loss, logSumExp], FORWARD)
    const saved = { shape: [rows], data: Float32Array.from(logSumExp) }
    const given = { ...inputs, logSumExp: saved, dy }
    const backward = await run('DlCrossEntropyGrad', given, attrs)
    expectClose('DlCrossEntropyGrad', backward, [dlogits], BACKWARD)
  })
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
      expect([...output!.data]).toEqual(reference.embedding({ weight, ids }))
      const given = { ids, dy: uniform([...shape, width]) }
      const backward = await run('DlEmbeddingGrad', given, { rows })
      const expected = reference.embeddingGradient(given, { rows })
      expect(backward[0]!.shape).toEqual([rows, width])
      expectClose('DlEmbeddingGrad', backward, [expected], BACKWARD)
    },
  )
})

describe('dropout', () => {
  const key = { key0: 0xdeadbeef, key1: 7 }
  it.each([
    { shape: [1], p: 0.5, counter: 0 },
    { shape: [7, 9], p: 0.1, counter: 3 },
    { shape: [5, 67, 71], p: 0.5, counter: 12345 },
    { shape: [33], p: 0.3, counter: 2 ** 32 - 5 },
    { shape: [2, 3, 5], p: 2 ** -24, counter: 1 },
    { shape: [11], p: 1, counter: 0 },
  ])('drops the elements the stream says: $shape, p $p, from block $counter', async spec => {
    const { shape, p, counter } = spec
    const x = uniform(shape)
    const attrs = { ...key, p, counter }
    const expected = reference.dropout({ x }, attrs)
    const [output] = await run('DlDropout', { x }, attrs)
    expect([...output!.data].map(value => value !== 0)).toEqual(expected.map(value => value !== 0))
    expectClose('DlDropout', [output!], [expected], FORWARD)
  })
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
  const recurrent = ['DlRnn', 'DlGru', 'DlLstm', 'DlCrossEntropy', 'DlEmbedding']
  expect(
    opInfo()
      .map(({ op }) => op)
      .sort(),
  ).toEqual(
    [
      ...recurrent.flatMap(name => [name, `${name}Grad`]),
      'DlDropout',
      'DlSgdStep',
      'DlAdamStep',
    ].sort(),
  )
})
