import { manualSeed } from '@dl/core'
import { decodeSafetensors, type PyTorchTensor, type PyTorchValue } from '@dl/data'
import { Linear } from '@dl/layers'
import {
  adam,
  LayerOptimizer,
  loadPyTorchOptimizer,
  rmsprop,
  sgd,
  toPyTorchOptimizer,
  type UpdateRule,
} from '@dl/optim'
import { dispose, ones } from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'

const f32 = (shape: number[], ...values: number[]): PyTorchTensor => ({
  dtype: 'F32',
  shape,
  data: Float32Array.from(values),
})
const dict = (entries: Record<string, PyTorchValue>) =>
  new Map<PyTorchValue, PyTorchValue>(Object.entries(entries))

/** A linear layer 2 → 1 with its optimizer; its weight is [2, 1] here and [1, 2] in PyTorch. */
async function withOptimizer<T>(
  rule: () => UpdateRule,
  run: (lo: LayerOptimizer, model: Linear) => Promise<T>,
): Promise<T> {
  manualSeed(1)
  const model = new Linear(2, 1)
  const lo = new LayerOptimizer(rule, model, 0.1)
  try {
    return await run(lo, model)
  } finally {
    for (const owner of [lo, model]) owner.dispose()
  }
}

/** As `torch.optim.Adam(...).state_dict()` is after three steps. */
const saved = (group: Record<string, PyTorchValue> = {}) =>
  new Map<PyTorchValue, PyTorchValue>([
    [
      'state',
      new Map<PyTorchValue, PyTorchValue>([
        [0, dict({ step: f32([], 3), exp_avg: f32([1, 2], 1, 2), exp_avg_sq: f32([1, 2], 3, 4) })],
        [1, dict({ step: f32([], 3), exp_avg: f32([1], 5), exp_avg_sq: f32([1], 6) })],
      ]),
    ],
    [
      'param_groups',
      [
        dict({
          lr: 0.01,
          weight_decay: 0.5,
          betas: [0.8, 0.9],
          amsgrad: false,
          params: [0, 1],
          ...group,
        }),
      ],
    ],
  ])

describe('loadPyTorchOptimizer', () => {
  it('takes on what PyTorch saved, also out of a checkpoint', async () => {
    await withOptimizer(adam, async lo => {
      await loadPyTorchOptimizer(lo, new Map([['optimizer', saved()]]))
      const { tensors, values } = lo.stateDict()
      expect(values).toMatchObject({
        lrs: [0.01],
        baseLrs: [0.01],
        wds: [0.5],
        momentum: 0.8,
        beta: 0.9,
        steps: [3, 3],
      })
      expect([tensors['0.m']!.shape, [...(await tensors['0.v']!.data())]]).toEqual([
        [2, 1],
        [3, 4],
      ])
      dispose(tensors)
    })
  })

  it.each<[string, () => UpdateRule, PyTorchValue, string]>([
    ['another file', adam, dict({ model: 1 }), 'the file holds no state of an optimizer; expected'],
    [
      'other groups',
      adam,
      saved({ params: [0] }),
      'has groups of 1 parameters; expected 2, as this one',
    ],
    ['amsgrad', adam, saved({ amsgrad: true }), 'has amsgrad; expected a rule that adam knows'],
    [
      'another rule',
      () => sgd({ momentum: 0.9 }),
      saved(),
      'has no momentum: it is of another rule',
    ],
    [
      'rules of other names',
      rmsprop,
      saved(),
      'the rule is "rmsprop"; expected adam, adamW or sgd',
    ],
  ])('refuses %s', async (_, rule, value, message) => {
    await withOptimizer(rule, async lo => {
      await expect(loadPyTorchOptimizer(lo, value)).rejects.toThrow(message)
      const { tensors } = lo.stateDict()
      expect(tensors).toEqual({})
    })
  })

  it('refuses slots of other shapes', async () => {
    const wrong = saved()
    const state = wrong.get('state') as Map<PyTorchValue, PyTorchValue>
    state.set(1, dict({ step: 3, exp_avg: f32([1, 1], 5), exp_avg_sq: f32([1], 6) }))
    await withOptimizer(adam, async lo => {
      await expect(loadPyTorchOptimizer(lo, wrong)).rejects.toThrow(
        '1.m has 2 axes, and its parameter 1',
      )
      state.set(1, dict({ step: 3, exp_avg: f32([2], 5, 5), exp_avg_sq: f32([2], 6, 6) }))
      await expect(loadPyTorchOptimizer(lo, wrong)).rejects.toThrow('1.m is [2], not [1]')
      state.set(1, dict({ step: 0.5, exp_avg: f32([1], 5), exp_avg_sq: f32([1], 6) }))
      await expect(loadPyTorchOptimizer(lo, wrong)).rejects.toThrow(
        'parameter 1 has had 0.5 updates',
      )
    })
  })
})

describe('toPyTorchOptimizer', () => {
  it.each([
    [
      'adam',
      adam,
      [
        'state.0.exp_avg',
        'state.0.exp_avg_sq',
        'state.0.step',
        'state.1.exp_avg',
        'state.1.exp_avg_sq',
        'state.1.step',
      ],
    ],
    ['sgd', () => sgd({ momentum: 0.9 }), ['state.0.momentum_buffer', 'state.1.momentum_buffer']],
    ['sgd without momentum', () => sgd(), []],
  ] as const)('writes the state of %s, which comes back', async (_, rule, names) => {
    const grads = () => [ones([2, 1]), ones([1])]
    const bytes = await withOptimizer(rule, async lo => {
      const given = grads()
      lo.step(given)
      lo.step(given)
      dispose(given)
      return toPyTorchOptimizer(lo)
    })
    const { tensors } = decodeSafetensors(bytes)
    expect(Object.keys(tensors).toSorted()).toEqual(names)
    if (names.length > 0) expect(tensors[names[0]!]!.shape).toEqual([1, 2])
    await withOptimizer(rule, async lo => {
      await loadPyTorchOptimizer(lo, bytes)
      expect(await toPyTorchOptimizer(lo)).toEqual(bytes)
    })
  })
})
