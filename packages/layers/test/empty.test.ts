/**
 * Every layer with no rows and with no time steps, forward and backward: shapes as with rows, and
 * zeros as gradients of the parameters, as PyTorch has it; no steps are refused by recurrent nets, as
 * there.
 */
import { valueAndGrads } from '@dl/core'
import * as layers from '@dl/layers'
import { addN, ones, scalar, sum, Tensor, zeros } from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'

type AnyModule = layers.AnyModule

/** A layer, an input of two rows, and where in its shape the rows and, if any, the steps stand. */
interface Case {
  make: () => AnyModule
  shape: number[]
  rows?: number
  steps?: number
  dtype?: 'int32'
  /** What is said to an input without steps. */
  refused?: string
}

const maps = { shape: [2, 5, 6, 4] }
const sequence = { shape: [3, 2, 4], rows: 1, steps: 0 }

const recurrent = (make: () => AnyModule): Case => {
  const refused = 'of shape [0, 2, 4]; expected at least one time step.'
  return { make, ...sequence, refused }
}

const cases: Record<string, Case> = {
  AdaptiveAvgPool2d: { make: () => new layers.AdaptiveAvgPool2d([2, 3]), ...maps },
  AdaptiveConcatPool2d: { make: () => new layers.AdaptiveConcatPool2d(), ...maps },
  AdaptiveMaxPool2d: { make: () => new layers.AdaptiveMaxPool2d(2), ...maps },
  AvgPool2d: { make: () => new layers.AvgPool2d(2, { padding: 1 }), ...maps },
  BatchNorm1d: { make: () => new layers.BatchNorm1d(4), ...sequence },
  'BatchNorm1d in evaluation': { make: () => new layers.BatchNorm1d(4).eval(), ...sequence },
  BatchNorm2d: { make: () => new layers.BatchNorm2d(4), ...maps },
  Conv2d: { make: () => new layers.Conv2d(4, 3, 3, { padding: 1 }), ...maps },
  'Conv2d of 1 × 1': { make: () => new layers.Conv2d(4, 3, 1), ...maps },
  'Conv2d in groups': { make: () => new layers.Conv2d(4, 6, 3, { groups: 2 }), ...maps },
  'Conv2d, depthwise': { make: () => new layers.Conv2d(4, 4, 3, { groups: 4 }), ...maps },
  'Conv2d, dilated': {
    make: () => new layers.Conv2d(4, 3, 2, { dilation: 2, stride: 2 }),
    ...maps,
  },
  Conv1d: { make: () => new layers.Conv1d(4, 3, 3, { padding: 1 }), shape: [2, 5, 4] },
  ConvTranspose2d: { make: () => new layers.ConvTranspose2d(4, 3, 3, { stride: 2 }), ...maps },
  Dropout: { make: () => new layers.Dropout(), ...sequence },
  Dropout2d: { make: () => new layers.Dropout2d(), ...maps },
  Embedding: {
    make: () => new layers.Embedding(5, 4),
    shape: [3, 2],
    rows: 1,
    steps: 0,
    dtype: 'int32',
  },
  ELU: { make: () => new layers.ELU(), ...sequence },
  Flatten: { make: () => new layers.Flatten(), ...maps },
  'Flatten, channels first': { make: () => new layers.Flatten({ channelsFirst: true }), ...maps },
  GELU: { make: () => new layers.GELU(), ...sequence },
  GroupNorm: { make: () => new layers.GroupNorm(2, 4), ...maps },
  GRU: recurrent(() => new layers.GRU(4, 3, { layers: 2, dropout: 0.5 })),
  GRUCell: { make: () => new layers.GRUCell(4, 3), shape: [2, 4] },
  Identity: { make: () => new layers.Identity(), ...sequence },
  InstanceNorm1d: {
    make: () => new layers.InstanceNorm1d(4, { affine: true }),
    shape: [2, 5, 4],
  },
  InstanceNorm2d: { make: () => new layers.InstanceNorm2d(4), ...maps },
  LSTM: recurrent(() => new layers.LSTM(4, 3, { layers: 2, stateful: true })),
  LSTMCell: { make: () => new layers.LSTMCell(4, 3), shape: [2, 4] },
  LayerNorm: { make: () => new layers.LayerNorm(4), ...sequence },
  LeakyReLU: { make: () => new layers.LeakyReLU(), ...sequence },
  Linear: { make: () => new layers.Linear(4, 3), ...sequence },
  LockedDropout: { make: () => new layers.LockedDropout(), ...sequence },
  LogSoftmax: { make: () => new layers.LogSoftmax(), ...sequence },
  MaxPool2d: { make: () => new layers.MaxPool2d(3, { stride: 2, padding: 1 }), ...maps },
  QRNN: recurrent(() => new layers.QRNN(4, 3, { layers: 2, window: 2, dropout: 0.5 })),
  RNN: recurrent(() => new layers.RNN(4, 3, { nonlinearity: 'relu' })),
  RNNCell: { make: () => new layers.RNNCell(4, 3), shape: [2, 4] },
  ReflectionPad2d: { make: () => new layers.ReflectionPad2d(1), ...maps },
  ReLU: { make: () => new layers.ReLU(), ...sequence },
  Sequential: {
    make: () => new layers.Sequential(new layers.Linear(4, 3), new layers.Tanh()),
    ...sequence,
  },
  Sigmoid: { make: () => new layers.Sigmoid(), ...sequence },
  SiLU: { make: () => new layers.SiLU(), ...sequence },
  Softplus: { make: () => new layers.Softplus(), ...sequence },
  Softmax: { make: () => new layers.Softmax(), ...sequence },
  Tanh: { make: () => new layers.Tanh(), ...sequence },
  Upsample: { make: () => new layers.Upsample({ scaleFactor: 2, mode: 'bilinear' }), ...maps },
  ZeroPad2d: { make: () => new layers.ZeroPad2d(1), ...maps },
}

const tensorsIn = (output: object): Tensor[] =>
  output instanceof Tensor ? [output] : (Object.values(output).flat() as Tensor[])

/** The shapes of the outputs, and the gradients of their sum for the input and all parameters. */
async function pass(module: AnyModule, shape: number[], dtype: 'float32' | 'int32' = 'float32') {
  const x = dtype === 'int32' ? zeros(shape, dtype) : ones(shape)
  const leaves = dtype === 'int32' ? [] : [x]
  try {
    const parameters = [...module.parameters()]
    let shapes: number[][] = []
    const step = valueAndGrads(() => {
      const outputs = tensorsIn(module.call(x))
      shapes = outputs.map(output => output.shape)
      return addN([scalar(0), ...outputs.map(output => sum(output))])
    }, [...leaves, ...parameters])
    step.commit()
    const read = step.grads.map(async t => t && { shape: t.shape, values: [...(await t.data())] })
    const gradients = await Promise.all(read)
    const [input] = gradients.splice(0, leaves.length)
    const value = [...(await step.value.data())]
    step.dispose()
    return { shapes, value, input, gradients }
  } finally {
    x.dispose()
  }
}

const replaced = (shape: number[], axis: number, size: number) =>
  shape.map((n, i) => (i === axis ? size : n))

describe.each(Object.entries(cases))(
  '%s',
  (_, { make, shape, rows = 0, steps, dtype, refused }) => {
    async function expectEmpty(axis: number) {
      const module = make()
      const full = await pass(module, shape, dtype)
      const empty = await pass(module, replaced(shape, axis, 0), dtype)
      // the shapes of one row less tell which axis of an output is that of the rows
      const fewer = await pass(module, replaced(shape, axis, 1), dtype)
      const expected = full.shapes.map((whole, k) =>
        whole.map((n, i) => (n === fewer.shapes[k]![i] ? n : 0)),
      )
      expect(empty.shapes).toEqual(expected)
      expect(empty.value).toEqual([0])
      if (dtype !== 'int32') {
        expect(empty.input).toEqual({ shape: replaced(shape, axis, 0), values: [] })
      }
      ;[...module.parameters()].forEach((parameter, i) => {
        const none = Array.from({ length: parameter.size }, () => 0)
        const { shape: of, values } = empty.gradients[i]!
        expect({ of, values: values.map(Math.abs) }).toEqual({ of: parameter.shape, values: none })
      })
      const after = await pass(module, shape, dtype)
      expect(after.shapes).toEqual(full.shapes)
      module.dispose()
    }

    it('takes no rows', () => expectEmpty(rows))

    if (steps === undefined) return
    it(refused ? 'refuses no steps' : 'takes no steps', async () => {
      if (!refused) return expectEmpty(steps)
      const module = make()
      await expect(pass(module, replaced(shape, steps, 0))).rejects.toThrow(refused)
      module.dispose()
    })
  },
)

it('leaves out no layer', () => {
  const isLayer = (value: unknown) =>
    typeof value === 'function' && value.prototype instanceof layers.Module
  const names = Object.entries(layers)
    .filter(([, value]) => isLayer(value))
    .map(([name]) => name)
  const known = [...Object.keys(cases), 'ModuleList']
  expect(names.filter(name => !known.includes(name))).toEqual([])
})
