/**
 * The recurrent kernels on the backend under test: against float64 loops in random small shapes,
 * and in shapes larger than any tile against the composed gradients of tfjs-cpu, which the loops
 * and PyTorch's golden values hold right.
 */
import { beforeAll, beforeEach, describe, it } from 'vitest'
import { isShort } from '../../../scripts/short-form'
import {
  BACKWARD,
  backend,
  draws,
  expectClose,
  FORWARD,
  onCpu,
  oneOf,
  registerComposed,
  reseed,
  run,
  size,
  uniform,
} from './kernels'
import type { Attrs, Inputs } from './reference'
import * as reference from './reference'

beforeEach(reseed)

beforeAll(registerComposed)

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
    return [name, { ...outputs[name], data: Float32Array.from(outputs[name].data) }]
  })
  const dys = used.map(name => [
    `d${name}`,
    uniform(name === 'y' ? [T, B, h0!.shape[1]!] : h0!.shape),
  ])
  return { ...inputs, ...Object.fromEntries([...saved, ...dys]) }
}

const small = draws(isShort ? 3 : 10, () => ({
  dims: [size(), size(), size(), size()] as Dims,
  bias: oneOf(true, false),
  used: oneOf(['y'], ['hN'], ['y', 'hN']),
}))
const large: Dims[] = [
  [5, 67, 129, 71],
  ...(isShort
    ? []
    : ([
        [3, 64, 42, 128],
        [2, 1, 257, 33],
      ] satisfies Dims[])),
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
        return results[name as 'y'].data.reduce((total, value, i) => total + value * dy[i]!, 0)
      }
      return used.reduce((total, name) => total + flow(name), 0)
    }
    const columns = inputs.wIh!.shape[1]!
    const zeroBias = { shape: [columns], data: new Float32Array(columns) }
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

  it.for(large)(
    'has tfjs-cpu’s composed gradient for T %i, batch %i, %i → %i',
    async (dims, { skip }) => {
      skip(backend === 'cpu', 'tfjs-cpu is the oracle')
      const inputs = gradientInputs(kind, recurrentInputs(kind, dims, true), ['y', 'hN'])
      const expected = await onCpu(() => run(`${kernel}Grad`, inputs, attrs))
      expectClose(`${kernel}Grad`, await run(`${kernel}Grad`, inputs, attrs), expected, BACKWARD)
    },
  )
})
