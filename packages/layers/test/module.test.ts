import { Buffer, DlError, holdings, Parameter } from '@dl/core'
import {
  Dropout,
  Embedding,
  isModule,
  Linear,
  LSTM,
  Module,
  ModuleList,
  Sequential,
} from '@dl/layers'
import { add, mul, ones, type Tensor, tensor, zeros } from '@tensorflow/tfjs-core'
import { expect, it } from 'vitest'

class Everything extends Module {
  first = new Linear(2, 3)
  list = [new Linear(3, 3), new Linear(3, 3)]
  record = { inner: new Linear(3, 1, { bias: false }) }
  scale = new Parameter(() => ones([1]))
  count = new Buffer(() => zeros([1]))
  scratch = new Buffer(() => zeros([1]), { persistent: false })
  tied = this.first
  self = this
  numbers = [1, 2]
  typed = new Float32Array(2)
  map = new Map([['hidden', new Parameter(() => ones([1]))]])

  forward(x: Tensor): Tensor {
    return mul(this.record.inner.call(this.list[0]!.call(this.first.call(x))), this.scale.value)
  }

  override dispose() {
    super.dispose()
    for (const parameter of this.map.values()) parameter.dispose()
  }
}

it('finds parameters, buffers and modules by walking fields, each once under its first path', () => {
  const model = new Everything()
  expect([...model.namedParameters()].map(([name]) => name)).toEqual([
    'first.weight',
    'first.bias',
    'list.0.weight',
    'list.0.bias',
    'list.1.weight',
    'list.1.bias',
    'record.inner.weight',
    'scale',
  ])
  expect([...model.namedBuffers()].map(([name]) => name)).toEqual(['count', 'scratch'])
  expect([...model.children()].map(([name]) => name)).toEqual([
    'first',
    'list.0',
    'list.1',
    'record.inner',
  ])
  expect(isModule(model.first)).toBe(true)
  expect(isModule({})).toBe(false)
  model.dispose()
})

it('sees a module that is replaced or added later', () => {
  const model = new Sequential(new Linear(2, 2), new Linear(2, 2))
  model[1]!.dispose()
  model[1] = new Linear(2, 7)
  expect([...model.parameters()].map(({ shape }) => shape)).toEqual([[2, 2], [2], [2, 7], [7]])
  model.dispose()
})

it('prints the tree', () => {
  const model = new Sequential(
    new Linear(2, 3, { bias: false }),
    new Sequential(new Dropout(0.1), new Linear(3, 1)),
  )
  expect(String(model)).toMatchInlineSnapshot(`
    "Sequential(
      0: Linear(2, 3, bias=false)
      1: Sequential(
        0: Dropout(p=0.1)
        1: Linear(3, 1)
      )
    )"
  `)
  model.dispose()
})

it('sets train and eval everywhere', () => {
  const model = new Sequential(new Dropout(), new Sequential(new Dropout()))
  model.eval()
  expect([...model.namedModules()].every(([, module]) => !module.training)).toBe(true)
  model.train()
  expect([...model.namedModules()].every(([, module]) => module.training)).toBe(true)
})

it('tidies a call and lets hooks see or replace the output until they are removed', async () => {
  const model = new Linear(2, 2)
  const x = ones([1, 2])
  const before = holdings().tensors
  const seen: number[][] = []
  const removeLook = model.onForward((_module, _inputs, output) => {
    seen.push(output.shape)
  })
  const removeReplace = model.onForward((_module, _inputs, output) => add(output, 100))
  const replaced = model.call(x)
  expect((await replaced.data())[0]).toBeGreaterThan(90)
  expect(holdings().tensors).toBe(before + 1)
  removeLook()
  removeReplace()
  const plain = model.call(x)
  expect((await plain.data())[0]).toBeLessThan(90)
  expect(seen).toEqual([[1, 2]])
  for (const t of [x, replaced, plain]) t.dispose()
  model.dispose()
})

it('carries a state dict in PyTorch layout from one model to another', async () => {
  const [a, b] = [new LSTM(3, 4, { layers: 2 }), new LSTM(3, 4, { layers: 2 })]
  const state = a.stateDict()
  expect(Object.entries(state).map(([name, { shape }]) => `${name} ${shape}`)).toEqual([
    'weight_ih_l0 16,3',
    'weight_hh_l0 16,4',
    'bias_ih_l0 16',
    'bias_hh_l0 16',
    'weight_ih_l1 16,4',
    'weight_hh_l1 16,4',
    'bias_ih_l1 16',
    'bias_hh_l1 16',
  ])
  b.loadStateDict(state)
  for (const [name, parameter] of a.namedParameters()) {
    const twin = new Map(b.namedParameters()).get(name)!
    expect([...(await twin.value.data())]).toEqual([...(await parameter.value.data())])
  }
  for (const tensor of Object.values(state)) tensor.dispose()
  a.dispose()
  b.dispose()
})

it('refuses a state that does not fit, lists everything, and changes nothing', async () => {
  const model = new Sequential(new Linear(2, 3), new Embedding(4, 2))
  const bias = [...model.parameters()][1]!
  const before = [...(await bias.value.data())]
  const wrong = { '0.weight': zeros([2, 3]), '0.bias': ones([3]), '0.wieght': zeros([3, 2]) }
  expect(() => model.loadStateDict(wrong)).toThrowErrorMatchingInlineSnapshot(
    `[DlError: the state does not fit Sequential (missing: 1.weight; unexpected: 0.wieght; wrong shape: 0.weight [2, 3] instead of [3, 2]); expected the names and shapes of the model it is loaded into. Build the model with the options it was saved with.]`,
  )
  expect([...(await bias.value.data())]).toEqual(before)
  const report = model.loadStateDict({ '0.bias': wrong['0.bias'] }, { strict: false })
  expect(report).toEqual({ missing: ['0.weight', '1.weight'], unexpected: [] })
  for (const t of Object.values(wrong)) t.dispose()
  model.dispose()
})

it('names layer and value when sizes or inputs are wrong', () => {
  expect(() => new Linear(0, 3)).toThrow('Linear got inputs 0; expected an integer of at least 1.')
  expect(() => new Dropout(2)).toThrow(/Dropout got p 2/)
  const layer = new Linear(2, 3)
  const x = tensor([[1, 2, 3]])
  expect(() => layer.call(x)).toThrow(
    'Linear got an input of shape [1, 3]; expected a last dimension of 2.',
  )
  expect(() => layer.call(x)).toThrow(DlError)
  x.dispose()
  layer.dispose()
})

it('freezes and unfreezes every parameter and module below', () => {
  const model = new Sequential(new Linear(2, 2), new Sequential(new Linear(2, 3)))
  const modules = () => [...model.namedModules()].map(([, { trainable }]) => trainable)
  const trainable = () => new Set([...model.parameters()].map(parameter => parameter.trainable))
  expect(trainable()).toEqual(new Set([true]))
  expect(modules()).toEqual([true, true, true, true])
  model.freeze()
  expect(trainable()).toEqual(new Set([false]))
  expect(modules()).toEqual([false, false, false, false])
  model[1]!.unfreeze()
  expect(trainable()).toEqual(new Set([true, false]))
  expect(modules()).toEqual([false, false, true, true])
  model.unfreeze()
  expect(trainable()).toEqual(new Set([true]))
  model.dispose()
})

it('keeps modules in a list that grows, changes, and is not called itself', () => {
  const list = new ModuleList<Module>([new Linear(2, 2), new Dropout()])
  expect(list.push(new Linear(2, 3))).toBe(3)
  expect([...list]).toEqual([list[0], list[1], list[2]])
  expect([...list.children()].map(([path]) => path)).toEqual(['0', '1', '2'])
  expect(list.eval()[1]!.training).toBe(false)
  expect(() => list.forward()).toThrowErrorMatchingInlineSnapshot(
    `[DlError: a ModuleList was called; expected its modules to be called one by one. Use a Sequential for modules one after the other.]`,
  )
  expect(String(list)).toMatchInlineSnapshot(`
    "ModuleList(
      0: Linear(2, 2)
      1: Dropout(p=0.5)
      2: Linear(2, 3)
    )"
  `)
  list.dispose()
})
