import { DlError } from '@dl/core'
import { BatchNorm1d, Linear, Sequential } from '@dl/layers'
import { add, dispose, ones, type Tensor, tensor, zeros } from '@tensorflow/tfjs-core'
import { afterEach, beforeEach, expect, it } from 'vitest'

let model: Sequential
let state: Record<string, Tensor>

beforeEach(() => {
  model = new Sequential(new Linear(2, 3), new BatchNorm1d(3), new Linear(3, 2))
  state = model.stateDict()
})
afterEach(() => {
  dispose(state)
  model.dispose()
})

const renamed = (change: (name: string) => string) =>
  Object.fromEntries(Object.entries(state).map(([name, value]) => [change(name), value]))
const values = async () => {
  const now = model.stateDict()
  const all = await Promise.all(Object.values(now).map(async value => [...(await value.data())]))
  dispose(now)
  return all
}
const complaint = (of: unknown, options = {}) => {
  try {
    model.loadStateDict(of as typeof state, options)
  } catch (error) {
    if (DlError.is(error)) return error.message
    throw error
  }
  return 'fits'
}

it.each(['module.', '_orig_mod.', 'model.net.', '0.'])('takes %s off all names', prefix => {
  const theirs = renamed(name => prefix + name)
  expect(complaint(theirs)).toContain(
    `8 of the state's names begin with ${prefix} and fit without it: loadStateDict(state, { prefix: '${prefix}' }).`,
  )
  expect(complaint(theirs, { prefix })).toBe('fits')
})

it('loads the values that have the prefix', async () => {
  const value = tensor([7, 8, 9])
  model.loadStateDict(
    { 'module.0.bias': value, '0.bias': state['0.bias']! },
    { prefix: 'module.', strict: false },
  )
  expect((await values())[1]).toEqual([7, 8, 9])
  value.dispose()
})

it('sees a prefix of most names, with what PyTorch has besides', () => {
  const theirs = {
    ...renamed(name => `model.${name}`),
    'model.1.num_batches_tracked': state['0.bias']!,
    'loss.weight': state['0.bias']!,
  }
  expect(complaint(theirs)).toMatch(/8 of the state's names begin with model\. and fit/)
  expect(complaint(theirs, { prefix: 'model.' })).toBe(
    'the state does not fit Sequential (unexpected: loss.weight); expected the names and shapes of the model it is loaded into. Build the model with the options it was saved with.',
  )
  expect(model.loadStateDict(theirs, { prefix: 'model.', strict: false })).toEqual({
    missing: [],
    unexpected: ['loss.weight'],
  })
})

it('sees a prefix of its own names', () => {
  const outer = new Sequential(model)
  expect(() => outer.loadStateDict(state)).toThrow(
    "8 of the model's names begin with 0., which the state's lack: load it into that part of the model, 0.",
  )
  // an option that does not help is seen through, too
  expect(
    complaint(
      renamed(name => `module.${name}`),
      { prefix: 'modul.' },
    ),
  ).toMatch(/begin with module\. and/)
})

it('says nothing of a prefix where there is none', () => {
  expect(complaint(renamed(name => name.replace('0.', 'first.')))).not.toMatch(/begin with/)
  expect(complaint({})).not.toMatch(/begin with/)
})

it('shortens long lists', () => {
  const deep = new Sequential(...Array.from({ length: 100 }, () => new Linear(1, 1)))
  expect(() => deep.loadStateDict({})).toThrow(
    'missing: 0.weight, 0.bias, 1.weight, 1.bias, 2.weight, 2.bias, 3.weight, 3.bias and 192 more)',
  )
  expect(deep.loadStateDict({}, { strict: false }).missing.length).toBe(200)
  deep.dispose()
})

it('changes nothing for a type that does not fit', async () => {
  const before = await values()
  const whole = tensor([1, 2], [2], 'int32')
  const changed = tensor([1, 2, 3])
  expect(complaint({ ...state, '0.bias': changed, '2.bias': whole })).toBe(
    'the state does not fit Sequential (wrong type: 2.bias int32 instead of float32); expected the names and shapes of the model it is loaded into. Build the model with the options it was saved with.',
  )
  expect(await values()).toEqual(before)
  dispose([whole, changed])
})

it.each(['int32', 'bool'] as const)('changes nothing for running statistics of %s', async dtype => {
  const before = await values()
  // statistics come as floats: whole numbers are another net's, or counts
  const wrong = Object.fromEntries(
    Object.entries(state).map(([name, value]) => [
      name,
      name.startsWith('1.running') ? ones(value.shape, dtype) : add(value, 1),
    ]),
  )
  for (const strict of [true, false]) {
    expect(complaint(wrong, { strict })).toContain(
      `(wrong type: 1.running_mean ${dtype} instead of float32, 1.running_var ${dtype} instead of float32)`,
    )
    expect(await values()).toEqual(before)
  }
  dispose(wrong)
})

it('refuses what is no state', async () => {
  const gone = zeros([3])
  gone.dispose()
  const before = await values()
  for (const [odd, message] of [
    [undefined, 'the state is undefined; expected tensors by name'],
    [null, 'the state is null'],
    [Promise.resolve(state), 'the state is a promise; expected'],
    [new Map(Object.entries(state)), 'the state is a Map'],
    [[], 'the state is []'],
    [{ tensors: state, metadata: {} }, "the state's tensors is"],
    [{ ...state, '2.bias': [0, 0] }, "the state's 2.bias is [0, 0]"],
    [{ ...state, '2.bias': gone }, "the state's 2.bias is disposed"],
  ] as const) {
    expect(complaint(odd)).toContain(message)
  }
  expect(complaint(state, { prefx: 'a.' })).toContain('Did you mean prefix?')
  expect(await values()).toEqual(before)
})
