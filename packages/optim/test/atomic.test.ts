import { DlError } from '@dl/core'
import { Linear } from '@dl/layers'
import { adam, LayerOptimizer, type OptimizerState, sgd, type UpdateRule } from '@dl/optim'
import { dispose, fill, ones, ready, type Tensor, zeros } from '@tensorflow/tfjs-core'
import { beforeAll, expect, it } from 'vitest'

beforeAll(ready)

const numbers = async (tensors: readonly Tensor[]) =>
  Promise.all(tensors.map(async tensor => [...(await tensor.data())]))

async function stateOf(lo: LayerOptimizer) {
  const { tensors, values } = lo.stateDict()
  const all = await numbers([...lo.parameters.map(({ value }) => value), ...Object.values(tensors)])
  dispose(tensors)
  return { all, names: Object.keys(tensors), values }
}

const failing = (rule: UpdateRule): (() => UpdateRule) => {
  let calls = 0
  return () => ({
    ...rule,
    update(...args) {
      if (++calls === 4) throw new DlError('out-of-memory', { problem: 'no more' })
      return rule.update(...args)
    },
  })
}

it.each([
  ['adam', adam()],
  ['sgd', sgd({ momentum: 0.9 })],
])('a step of %s that fails at the last parameter leaves all as it was', async (_, rule) => {
  const model = new Linear(3, 2)
  const lo = new LayerOptimizer(failing(rule), model, 0.1)
  const grads = lo.parameters.map(({ shape }) => ones(shape))
  lo.step(grads)
  const before = await stateOf(lo)
  expect(() => lo.step(grads)).toThrow('no more')
  expect(await stateOf(lo)).toEqual(before)
  lo.step(grads)
  expect((await stateOf(lo)).values.steps).toEqual([2, 2])
  dispose(grads)
  lo.dispose()
  model.dispose()
})

it('what a rule makes is looked at before it is assigned', async () => {
  const model = new Linear(3, 2)
  const own = sgd()
  const wrong = () => ({
    ...own,
    update: (...args: Parameters<UpdateRule['update']>) =>
      args[0].param.rank === 1 ? { param: zeros([7]), slots: {} } : own.update(...args),
  })
  const lo = new LayerOptimizer(wrong, model, 0.1)
  const grads = lo.parameters.map(({ shape }) => ones(shape))
  const before = await stateOf(lo)
  expect(() => lo.step(grads)).toThrow(
    'the rule sgd made param float32 of shape [7]; expected float32 of shape [2], as the parameter is',
  )
  const last = zeros([7])
  expect(() => lo.step([grads[0]!, last])).toThrow('the gradient of parameter 1 is [7]')
  expect(await stateOf(lo)).toEqual(before)
  dispose([...grads, last])
  lo.dispose()
  model.dispose()
})

it('a state is refused whole', async () => {
  const model = new Linear(3, 2)
  const lo = new LayerOptimizer(adam, model, 0.1)
  const grads = lo.parameters.map(({ shape }) => ones(shape))
  lo.step(grads)
  const state = lo.stateDict()
  const before = await stateOf(lo)
  const nan = fill([2], Number.NaN)
  const ints = zeros([2], 'int32')
  const withTensors = (tensors: Record<string, unknown>) => ({
    tensors: { ...state.tensors, ...tensors },
  })
  const withValues = (values: object) => ({ values: { ...state.values, ...values } })
  const { '1.v': _, ...fewer } = state.tensors
  for (const [change, message] of [
    [{ tensors: fewer }, 'it lacks 1.v'],
    [{ tensors: {} }, 'it lacks 0.m'],
    [withTensors({ '1.v': nan }), '1.v holds NaN'],
    [withTensors({ '1.v': ints }), '1.v is int32, not float32'],
    [withTensors({ '1.v': [0, 0] }), '1.v is '],
    [withTensors({ '1.w': state.tensors['1.v'] }), '1.w is no slot of the rule'],
    [withTensors({ '1x.v': state.tensors['1.v'] }), '1x.v belongs to none'],
    [withValues({ lrs: ['x'] }), 'its lrs holds "x"'],
    [withValues({ lrs: null }), 'its lrs are null'],
    [withValues({ wds: [Number.NaN] }), 'its wds holds NaN'],
    [withValues({ momentum: 1 }), 'its momentum holds 1'],
    [withValues({ position: 7 }), 'its position holds 7'],
    [withValues({ steps: [1, -1] }), 'its steps hold -1'],
    [withValues({ steps: [1, 'x'] }), 'its steps hold "x"'],
    [withValues({ rule: 'sgd' }), 'it is of sgd'],
  ] as const) {
    const wrong = { ...state, ...change } as OptimizerState
    expect(() => lo.loadStateDict(wrong)).toThrow(`the optimizer state does not fit: ${message}`)
  }
  for (const nothing of [null, undefined, 1, [], {}, { tensors: null, values: null }]) {
    expect(() => lo.loadStateDict(nothing as never)).toThrow(DlError)
  }
  expect(await stateOf(lo)).toEqual(before)
  dispose([...grads, nan, ints])
  dispose(state.tensors)
  lo.dispose()
  model.dispose()
})
