import { holdings, Parameter } from '@dl/core'
import { adam, adamW, LayerOptimizer, sgd } from '@dl/optim'
import { ones, type Tensor, tensor } from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'

const parameter = (...values: number[]) => new Parameter(() => tensor(values))
const read = async ({ value }: Parameter) => [...(await value.data())].map(v => +v.toFixed(5))

/** Steps with gradients that it disposes. */
function step(lo: LayerOptimizer, ...grads: (Tensor | null)[]): void {
  lo.step(grads)
  for (const grad of grads) grad?.dispose()
}

it('gives each group its own lr and wd, earliest first', async () => {
  const [a, b] = [parameter(1), parameter(1)]
  const lo = new LayerOptimizer(sgd, [a, [b]], [0.1, 0.5], [0, 1])
  step(lo, tensor([1]), tensor([1]))
  expect(await read(a)).toEqual([0.9])
  expect(await read(b)).toEqual([0])
  expect(lo.lr).toBe(0.5)
  lo.dispose()
  a.dispose()
  b.dispose()
})

it('decouples decay where asked, and for adamW always', async () => {
  const [a, b] = [parameter(1), parameter(1)]
  const decoupled = new LayerOptimizer(sgd, [a], 0.1, 1, { decoupled: true })
  step(decoupled, tensor([0]))
  expect(await read(a)).toEqual([0.9])
  const w = new LayerOptimizer(adamW, [b], 0.1, 1)
  step(w, tensor([0]))
  expect(await read(b)).toEqual([0.9])
  for (const owner of [decoupled, w, a, b]) owner.dispose()
})

it('clips by the joint norm and leaves the gradients alone', async () => {
  const [a, b] = [parameter(0), parameter(0)]
  const lo = new LayerOptimizer(sgd, [a, b], 1, 0, { clip: 1 })
  const grads = [tensor([3]), tensor([4])]
  lo.step(grads)
  expect(await read(a)).toEqual([-0.6])
  expect(await read(b)).toEqual([-0.8])
  expect([...(await grads[1]!.data())]).toEqual([4])
  for (const owner of [...grads, lo, a, b]) owner.dispose()
})

it('keeps the memory of a parameter through freezing and missing gradients', async () => {
  const [a, b] = [parameter(0), parameter(0)]
  const lo = new LayerOptimizer(() => sgd({ momentum: 0.5 }), [a, b], 1)
  step(lo, tensor([1]), tensor([1]))
  a.trainable = false
  expect(lo.parameters).toEqual([b])
  step(lo, null)
  step(lo, tensor([0]))
  a.trainable = true
  step(lo, tensor([0]), null)
  // the first step moved both by 1, a remembered step of half of that each
  expect(await read(a)).toEqual([-1.5])
  expect(await read(b)).toEqual([-1.5])
  for (const owner of [lo, a, b]) owner.dispose()
})

it('continues from a state dict exactly', async () => {
  const [a, b] = [parameter(1, 2), parameter(1, 2)]
  const make = (p: Parameter) => new LayerOptimizer(adam, [p], 0.1, 0.01)
  const [one, two] = [make(a), make(b)]
  step(one, tensor([1, -3]))
  one.setLrs(0.05)
  b.assign(a.value)
  const state = one.stateDict()
  two.loadStateDict(state)
  expect(two.lrs).toEqual([0.05])
  expect(two.baseLrs).toEqual([0.1])
  step(one, tensor([2, 2]))
  step(two, tensor([2, 2]))
  expect(await read(b)).toEqual(await read(a))
  for (const owner of [...Object.values(state.tensors), one, two, a, b]) owner.dispose()
})

it('keeps base lrs apart from those a schedule sets', () => {
  const a = parameter(1)
  const lo = new LayerOptimizer(sgd, [a], 0.1)
  lo.setLrs(0.01)
  expect([lo.lr, lo.baseLrs[0]]).toEqual([0.01, 0.1])
  lo.setBaseLrs(0.2)
  expect([lo.lr, lo.baseLrs[0]]).toEqual([0.2, 0.2])
  a.dispose()
})

it('frees what it replaces', () => {
  const a = parameter(1)
  const lo = new LayerOptimizer(adam, [a], 0.1)
  step(lo, ones([1]))
  const { tensors, blocks } = holdings()
  for (let i = 0; i < 3; i++) step(lo, ones([1]))
  expect(holdings()).toMatchObject({ tensors, blocks })
  lo.dispose()
  a.dispose()
})

describe('bad input', () => {
  it('names both counts when lrs, wds or gradients do not match', () => {
    const [a, b] = [parameter(1), parameter(1)]
    expect(() => new LayerOptimizer(sgd, [a, b], [1, 2, 3])).toThrowErrorMatchingInlineSnapshot(
      `[DlError: 3 lrs were given for 2 layer groups; expected one number, or 2 of them, earliest layers first.]`,
    )
    const lo = new LayerOptimizer(sgd, [a, b], 1)
    expect(() => lo.setWds([1, 2, 3])).toThrow(/3 wds were given for 2 layer groups/)
    expect(() => lo.step([null])).toThrow(/1 gradients were given for 2 parameters/)
    expect(() => lo.setLrs(Number.NaN)).toThrow(/lrs holds NaN; expected numbers of at least 0/)
    a.dispose()
    b.dispose()
  })

  it('refuses the state of another rule or shape and changes nothing', () => {
    const [a, b] = [parameter(1), parameter(1, 2)]
    const [one, two] = [new LayerOptimizer(adam, [a], 1), new LayerOptimizer(adam, [b], 2)]
    step(one, ones([1]))
    const state = one.stateDict()
    expect(() => two.loadStateDict(state)).toThrow(/0\.m is \[1\], not \[2\]/)
    const plain = new LayerOptimizer(sgd, [a], 3)
    expect(() => plain.loadStateDict(state)).toThrow(/it is of adam, not sgd/)
    expect([two.lr, plain.lr]).toEqual([2, 3])
    for (const owner of [...Object.values(state.tensors), one, two, plain, a, b]) owner.dispose()
  })
})
