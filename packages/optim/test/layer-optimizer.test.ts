import { holdings, Parameter } from '@dl/core'
import { adagrad, adam, adamW, LayerOptimizer, rmsprop, sgd } from '@dl/optim'
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

it('or each of their values, without changing them either', async () => {
  const a = parameter(0, 0, 0)
  const lo = new LayerOptimizer(sgd, [a], 1, 0, { clipValue: 0.5 })
  const grads = [tensor([3, -4, 0.25])]
  lo.step(grads)
  expect(await read(a)).toEqual([-0.5, 0.5, -0.25])
  expect([...(await grads[0]!.data())]).toEqual([3, -4, 0.25])
  for (const owner of [...grads, lo, a]) owner.dispose()
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

describe('hyperparameters as functions of the position in training', () => {
  it('are evaluated where setPosition says; numbers stay', async () => {
    const [a, b] = [parameter(1), parameter(1)]
    const rule = () => sgd({ momentum: p => p / 2 })
    const lo = new LayerOptimizer(rule, [a, b], [0.1, p => 1 - p], p => 4 * p)
    expect([lo.lrs, lo.wds, lo.mom]).toEqual([[0.1, 1], [0, 0], 0])
    lo.setPosition(0.5)
    expect([lo.lrs, lo.wds, lo.mom]).toEqual([[0.1, 0.5], [2, 2], 0.25])
    step(lo, tensor([0]), tensor([0]))
    expect([...(await read(a)), ...(await read(b))]).toEqual([0.8, 0])
    lo.setPosition(1)
    // the direction before was 2, for both; of it a half is kept, and decay adds to the first
    lo.setWds([1, 0])
    step(lo, tensor([0]), tensor([0]))
    expect([...(await read(a)), ...(await read(b))]).toEqual([0.62, 0])
    for (const owner of [lo, a, b]) owner.dispose()
  })

  it('go on under a schedule, which scales them, and take over again when it is gone', () => {
    const a = parameter(1)
    const lo = new LayerOptimizer(adam, [a], p => 1 - p)
    lo.setPosition(0.5)
    lo.setLrs(lo.baseLrs.map(lr => lr / 10))
    expect([lo.lr, lo.baseLrs[0]]).toEqual([0.05, 0.5])
    lo.setPosition(0)
    expect([lo.lr, lo.baseLrs[0]]).toEqual([1, 1])
    lo.setBaseLrs(0.3)
    lo.setLrs(0.2)
    lo.setPosition(1)
    expect([lo.lr, lo.baseLrs[0]]).toEqual([0.2, 0.3])
    a.dispose()
  })

  it('are set for beta and momentum, too', () => {
    const a = parameter(1)
    const lo = new LayerOptimizer(() => adam({ betas: [0.8, p => 0.75 + p / 8] }), [a], 1)
    expect([lo.mom, lo.beta]).toEqual([0.8, 0.75])
    lo.setMom(p => p / 2)
    lo.setPosition(1)
    expect([lo.mom, lo.beta]).toEqual([0.5, 0.875])
    lo.setBeta(0.5)
    expect(lo.beta).toBe(0.5)
    expect(new LayerOptimizer(() => rmsprop({ alpha: 0.7 }), [a], 1).beta).toBe(0.7)
    a.dispose()
  })

  it('stay functions when a state is loaded, and go on from its position', () => {
    const a = parameter(1)
    const make = () => new LayerOptimizer(adam, [a], [p => 1 - p], 0.5)
    const [one, two] = [make(), make()]
    one.setPosition(0.25)
    one.setWds(0.1)
    two.loadStateDict(JSON.parse(JSON.stringify(one.stateDict())))
    expect([two.lr, two.baseLrs[0], two.wds[0]]).toEqual([0.75, 0.75, 0.1])
    two.setPosition(0.5)
    expect(two.lr).toBe(0.5)
    a.dispose()
  })
})

it('spares parameters of one dimension from decay where asked', async () => {
  const [bias, weight] = [parameter(1), new Parameter(() => tensor([[1]]))]
  const lo = new LayerOptimizer(sgd, [[bias, weight]], 0.5, 1, { noDecayFor1d: true })
  step(lo, tensor([0]), tensor([[0]]))
  expect(await read(bias)).toEqual([1])
  expect(await read(weight)).toEqual([0.5])
  expect(lo.wds).toEqual([1])
  for (const owner of [lo, bias, weight]) owner.dispose()
})

it('begins to remember a direction when momentum comes', async () => {
  for (const rule of [sgd, () => rmsprop({ alpha: 0, eps: 0 })]) {
    const a = parameter(0)
    const lo = new LayerOptimizer(rule, [a], 1)
    step(lo, tensor([1]))
    lo.setMom(0.5)
    step(lo, tensor([1]))
    step(lo, tensor([1]))
    expect(await read(a)).toEqual([-3.5])
    lo.dispose()
    a.dispose()
  }
})

it('survives a centred spread that rounding makes negative', async () => {
  const values = Array.from({ length: 100 }, (_, i) => 1 + i / 100)
  const a = parameter(...values)
  const lo = new LayerOptimizer(() => rmsprop({ centered: true, alpha: 0.3, eps: 1 }), [a], 1)
  for (let i = 0; i < 20; i++) step(lo, tensor(values))
  expect((await read(a)).filter(value => !(value < -5))).toEqual([])
  lo.dispose()
  a.dispose()
})

it.each([
  ['adam', adam],
  ['rmsprop', () => rmsprop({ momentum: 0.9, centered: true })],
  ['adagrad', adagrad],
])('frees what it replaces: %s', (_name, rule) => {
  const a = parameter(1)
  const lo = new LayerOptimizer(rule, [a], 0.1)
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
    expect(() => lo.setLrs(Number.NaN)).toThrow(
      /lrs holds NaN; expected a finite number of at least 0/,
    )
    a.dispose()
    b.dispose()
  })

  it('refuses the state of another rule or shape and changes nothing', () => {
    const [a, b] = [parameter(1), parameter(1, 2)]
    const [one, two] = [new LayerOptimizer(adam, [a], 1), new LayerOptimizer(adam, [b], 2)]
    step(one, ones([1]))
    const state = one.stateDict()
    expect(() => two.loadStateDict(state)).toThrow(/0\.m is \[1\], not \[2\]/)
    const split = new LayerOptimizer(adam, [a, []], 1)
    expect(() => split.loadStateDict(state)).toThrow(/it has 1 layer groups, not 2/)
    const plain = new LayerOptimizer(sgd, [a], 3)
    expect(() => plain.loadStateDict(state)).toThrow(/it is of adam, not sgd/)
    expect([two.lr, plain.lr]).toEqual([2, 3])
    for (const owner of [...Object.values(state.tensors), one, two, plain, a, b]) owner.dispose()
  })

  it('names a function’s value and position, a wrong position, a beta that is not there', () => {
    const a = parameter(1)
    const lo = new LayerOptimizer(sgd, [a], p => 0.5 - p)
    expect(() => lo.setPosition(0.75)).toThrow(
      'lrs holds -0.25 at position 0.75; expected a finite number of at least 0.',
    )
    expect(() => lo.setWds(() => Number.NaN)).toThrow('wds holds NaN at position 0.75')
    expect(lo.wds).toEqual([0])
    expect(() => lo.setPosition(1.5)).toThrowErrorMatchingInlineSnapshot(
      `[DlError: the position in training is 1.5; expected a number from 0 to 1.]`,
    )
    expect(() => lo.setBeta(0.9)).toThrowErrorMatchingInlineSnapshot(
      `[DlError: beta was set, which sgd has not; expected a rule with one, such as adam or rmsprop.]`,
    )
    a.dispose()
  })
})
