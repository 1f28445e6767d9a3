import { DlError } from '@dl/core'
import { decodeSafetensors, type PyTorchTensor, type PyTorchValue, tensorsOf } from '@dl/data'
import {
  BatchNorm1d,
  Embedding,
  GRU,
  Linear,
  LSTM,
  loadPyTorchStateDict,
  Module,
  Sequential,
  tie,
  toPyTorchStateDict,
} from '@dl/layers'
import { dispose, type Tensor } from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'

const f32 = (shape: number[], ...values: number[]): PyTorchTensor => ({
  dtype: 'F32',
  shape,
  data: Float32Array.from(values),
})
const linear = (prefix = '') =>
  new Map<PyTorchValue, PyTorchValue>([
    [`${prefix}weight`, f32([1, 2], 3, 4)],
    [`${prefix}bias`, f32([1], 5)],
  ])

async function weightOf(load: (layer: Linear) => Promise<unknown>): Promise<number[]> {
  const layer = new Linear(2, 1)
  try {
    await load(layer)
    return [...(await layer.weight.value.data())]
  } finally {
    layer.dispose()
  }
}

describe('loadPyTorchStateDict', () => {
  it.each<[string, PyTorchValue]>([
    ['a state dict', linear()],
    [
      'a checkpoint with one',
      new Map<PyTorchValue, PyTorchValue>([
        ['epoch', 3],
        ['net', linear()],
      ]),
    ],
    [
      'a checkpoint with several, by its usual name',
      new Map([
        ['ema', linear()],
        ['state_dict', linear()],
      ]),
    ],
  ])('finds %s', async (_, value) => {
    expect(await weightOf(layer => loadPyTorchStateDict(layer, value))).toEqual([3, 4])
  })

  it.each<[string, PyTorchValue, string]>([
    [
      'several',
      new Map([
        ['a', linear()],
        ['b', linear()],
      ]),
      'the file holds "a", "b", 2 of them state dicts; expected',
    ],
    ['none', new Map([['epoch', 3]]), 'the file holds "epoch", 0 of them state dicts'],
    ['none in nothing', new Map(), 'the file holds an empty dict, 0 of them'],
    [
      'other things',
      new Map<PyTorchValue, PyTorchValue>([
        ['weight', f32([1], 1)],
        ['n', 2],
      ]),
      '"n" in the state dict is 2; expected tensors only',
    ],
    [
      'names that do not fit',
      linear('module.'),
      'missing: weight, bias; unexpected: module.weight, module.bias',
    ],
  ])('refuses %s', async (_, value, message) => {
    await expect(weightOf(layer => loadPyTorchStateDict(layer, value))).rejects.toThrow(message)
  })

  it('renames and leaves out', async () => {
    const saved = linear('module.')
    saved.set('head.weight', f32([1], 1))
    const rename = (name: string) => (name.startsWith('head') ? null : name.slice(7))
    expect(await weightOf(layer => loadPyTorchStateDict(layer, saved, { rename }))).toEqual([3, 4])
    await expect(
      weightOf(layer => loadPyTorchStateDict(layer, saved, { rename: () => 'weight' })),
    ).rejects.toThrow('rename gave "weight" for module.bias, and for another name before')
    await expect(
      weightOf(layer => loadPyTorchStateDict(layer, saved, { rename: () => 7 as never })),
    ).rejects.toThrow('rename gave 7 for module.weight; expected')
  })

  it('says what cannot be float32', async () => {
    const saved = linear()
    saved.set('bias', { dtype: 'F64', shape: [1], data: Float64Array.of(1e300) })
    const error = await weightOf(layer => loadPyTorchStateDict(layer, saved)).catch(e => e)
    expect(DlError.is(error, 'not-representable')).toBe(true)
  })
})

class Tied extends Module {
  encoder = new Embedding(3, 2)
  decoder = new Linear(2, 3)
  constructor() {
    super()
    tie(this.decoder, this.encoder)
  }
  forward(x: Tensor): Tensor {
    return this.decoder.call(this.encoder.call(x))
  }
}

describe('toPyTorchStateDict', () => {
  const shapesOf = async (model: Module<never[], unknown>) => {
    const { tensors, metadata } = decodeSafetensors(await toPyTorchStateDict(model as never))
    model.dispose()
    expect(metadata).toEqual({ format: 'pt' })
    const shapes = Object.entries(tensors).map(([name, { dtype, shape }]) => [
      name,
      `${dtype} ${shape}`,
    ])
    return Object.fromEntries(shapes)
  }

  it('has the counters of batch norms', async () => {
    const model = new Sequential(new BatchNorm1d(2), new BatchNorm1d(3, { momentum: null }))
    expect(await shapesOf(model as never)).toEqual({
      '0.weight': 'F32 2',
      '0.bias': 'F32 2',
      '0.running_mean': 'F32 2',
      '0.running_var': 'F32 2',
      '0.num_batches_tracked': 'I64 ',
      '1.weight': 'F32 3',
      '1.bias': 'F32 3',
      '1.running_mean': 'F32 3',
      '1.running_var': 'F32 3',
      '1.num_batches_tracked': 'I64 ',
    })
  })

  it('has tied weights under both names', async () => {
    expect(await shapesOf(new Tied() as never)).toEqual({
      'encoder.weight': 'F32 3,2',
      'decoder.weight': 'F32 3,2',
      'decoder.bias': 'F32 3',
    })
  })

  it('gives what loads again', async () => {
    const make = () =>
      new Sequential(new LSTM(2, 3, { layers: 2, stateful: true }) as never, new GRU(3, 2) as never)
    const [model, other] = [make(), make()]
    const bytes = await toPyTorchStateDict(model)
    const { tensors } = decodeSafetensors(bytes)
    expect(tensors['0.weight_ih_l0']?.shape).toEqual([12, 2])
    await loadPyTorchStateDict(other, bytes)
    const [a, b] = [model.stateDict(), other.stateDict()]
    for (const name of Object.keys(a)) {
      expect([...(await a[name]!.data())]).toEqual([...(await b[name]!.data())])
    }
    dispose([a, b])
    const made = tensorsOf('bytes', tensors)
    model.loadStateDict(made)
    dispose(made)
    for (const one of [model, other]) one.dispose()
  })
})
