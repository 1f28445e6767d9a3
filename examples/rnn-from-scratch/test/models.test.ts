import { valueAndGrads } from '@dl/core'
import { type AnyModule, crossEntropy, GRU } from '@dl/layers'
import { gather, type Tensor, tensor, tidy, zeros } from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import {
  Char3Model,
  CharIdentityRnn,
  CharLoopModel,
  CharRnn,
  CharSeqRnn,
  CharSeqStatefulGRU,
  CharSeqStatefulGRU2,
  CharSeqStatefulRnn,
  CharSeqStatefulRnn2,
  GRUCell,
} from '../src/models'
import { type CharModel, STEPS, type StepName } from '../src/steps'

const SMALL = { vocab: 11, nFac: 5, nHidden: 7 }
const TIME = 4
const BS = 3

/** Some ids for each step of time, a different text for each `begin`. */
const idsFrom = (begin: number, time = TIME, bs = BS): Tensor =>
  tensor(
    Array.from({ length: time * bs }, (_, i) => (begin + 7 * i * i + 3 * i) % SMALL.vocab),
    [time, bs],
    'int32',
  )

/** The same as a tensor for each step of time. */
const columnsFrom = (begin: number, time = TIME): Tensor[] =>
  tidy(() => {
    const ids = idsFrom(begin, time)
    return Array.from({ length: time }, (_, t) => gather(ids, t))
  })

/** What models say one after the other to the same inputs, as arrays. */
async function said(model: CharModel, ...calls: Tensor[][]): Promise<number[][]> {
  const all: number[][] = []
  for (const inputs of calls) {
    const output = model.call(...inputs)
    all.push(Array.from(await output.data()))
    output.dispose()
  }
  return all
}

const disposeAll = (...things: { dispose(): void }[]): void => {
  for (const thing of things) thing.dispose()
}

function expectClose(a: readonly number[], b: readonly number[], digits = 6): void {
  expect(a).toHaveLength(b.length)
  a.forEach((value, i) => {
    expect(value).toBeCloseTo(b[i]!, digits)
  })
}

/** `to` takes on the weights of `from`, which are called something else there. */
function copyWeights(from: AnyModule, to: AnyModule, rename: (path: string) => string): void {
  tidy(() => {
    const renamed = Object.entries(from.stateDict()).map(([path, value]) => [rename(path), value])
    to.loadStateDict(Object.fromEntries(renamed))
  })
}

const STATEFUL = ['stateful', 'rnn-cell', 'gru', 'gru-cell', 'lstm'] as const

/** What the lesson's models have, of 85 characters and from `stateful` on of 56. */
const PARAMETERS: Record<StepName, number> = {
  'three-char': 102_215,
  loop: 102_215,
  concat: 167_751,
  rnn: 102_215,
  'multi-output': 102_215,
  identity: 102_215,
  stateful: 93_544,
  'rnn-cell': 93_544,
  gru: 247_144,
  'gru-cell': 247_144,
  lstm: 3_271_016,
}

describe.each(Object.keys(STEPS) as StepName[])('%s', name => {
  const column = ['three-char', 'loop', 'concat'].includes(name)
  const each = !column && name !== 'rnn'
  const inputs = () => (column ? columnsFrom(1, name === 'three-char' ? 3 : TIME) : [idsFrom(1)])

  it('gives a score for each character', () => {
    const model: CharModel = STEPS[name].model(SMALL)
    const x = inputs()
    const output = model.call(...x)
    expect(output.shape).toEqual(each ? [TIME, BS, SMALL.vocab] : [BS, SMALL.vocab])
    disposeAll(...x, output, model)
  })

  it('has as many parameters as in the lesson', () => {
    const vocab = (STATEFUL as readonly StepName[]).includes(name) ? 56 : 85
    const model = STEPS[name].model({ vocab, nFac: 42, nHidden: 256 })
    const count = [...model.parameters()].reduce((sum, { size }) => sum + size, 0)
    expect(count).toBe(PARAMETERS[name])
    model.dispose()
  })

  it('learns in all its parameters', async () => {
    const model: CharModel = STEPS[name].model(SMALL)
    const x = inputs()
    const target = zeros(each ? [TIME, BS] : [BS], 'int32')
    const parameters = [...model.parameters()]
    const result = valueAndGrads(() => crossEntropy(model.call(...x), target), parameters)
    for (const grad of result.grads) {
      expect((await grad!.data()).some(value => value !== 0)).toBe(true)
    }
    result.dispose()
    disposeAll(...x, target, model)
  })
})

it('the loop over three characters is the three characters by hand', async () => {
  const [byHand, loop] = [new Char3Model(SMALL), new CharLoopModel(SMALL)]
  copyWeights(byHand, loop, path => path)
  const x = columnsFrom(2, 3)
  const [a, b] = [await said(byHand, x), await said(loop, x)]
  expectClose(a[0]!, b[0]!)
  disposeAll(...x, byHand, loop)
})

it('one output is the last of the many', async () => {
  const [one, many] = [new CharRnn(SMALL), new CharSeqRnn(SMALL)]
  copyWeights(one, many, path => path)
  const x = idsFrom(3)
  const [[last], [all]] = [await said(one, [x]), await said(many, [x])]
  expectClose(last!, all!.slice(-BS * SMALL.vocab))
  disposeAll(x, one, many)
})

it('begins with the identity from state to state, and there only', async () => {
  const model = new CharIdentityRnn({ ...SMALL, nHidden: 2 })
  expect([...(await model.rnn.weight_hh_l0!.value.data())]).toEqual([1, 0, 0, 1])
  expect([...(await model.rnn.weight_ih_l0!.value.data())]).not.toContain(1)
  model.dispose()
})

describe.each(STATEFUL)('the state of %s', name => {
  it('goes on from call to call, until it is reset or the batch size changes', async () => {
    const model = STEPS[name].model(SMALL).eval()
    const x = idsFrom(4)
    const [fresh, later] = await said(model, [x], [x])
    expect(later).not.toEqual(fresh)
    model.resetState()
    expect(await said(model, [x])).toEqual([fresh])
    const narrow = idsFrom(4, TIME, 1)
    expect(await said(model, [narrow], [x])).toEqual([expect.anything(), fresh])
    disposeAll(x, narrow, model)
  })

  it('counts only where a training step is committed', async () => {
    const model = STEPS[name].model(SMALL).eval()
    const [x, target] = [idsFrom(5), idsFrom(6)]
    const [fresh, later] = await said(model, [x], [x])
    const step = () => valueAndGrads(() => crossEntropy(model.call(x), target), [])
    model.resetState()
    step().dispose()
    expect(await said(model, [x])).toEqual([fresh])
    model.resetState()
    const result = step()
    result.commit()
    result.dispose()
    expectClose((await said(model, [x]))[0]!, later!)
    disposeAll(x, target, model)
  })
})

it("the loop over time in the open is the library's, with its state", async () => {
  const [layer, loop] = [new CharSeqStatefulRnn(SMALL), new CharSeqStatefulRnn2(SMALL)]
  copyWeights(layer, loop, path => path.replace(/^rnn\.(.*)_l0$/, 'cell.$1'))
  const calls = [[idsFrom(1)], [idsFrom(2)]]
  const [a, b] = [await said(layer, ...calls), await said(loop, ...calls)]
  expectClose(a[0]!, b[0]!, 5)
  expectClose(a[1]!, b[1]!, 5)
  disposeAll(...calls.flat(), layer, loop)
})

describe('the GRU by hand', () => {
  const toHand = (path: string) => path.replace(/(weight|bias)_(ih|hh)_l0$/, '$2.$1')

  it("is the library's GRU", async () => {
    const [layer, cell] = [new GRU(5, 7), new GRUCell(5, 7)]
    copyWeights(layer, cell, toHand)
    const x = tensor(
      Array.from({ length: 15 }, (_, i) => Math.sin(i)),
      [1, 3, 5],
    )
    const h = tensor(
      Array.from({ length: 21 }, (_, i) => Math.cos(i)),
      [1, 3, 7],
    )
    const [theirs, ours] = tidy(() => [
      layer.call(x, { h }).h,
      cell.call(gather(x, 0), gather(h, 0)),
    ]) as [Tensor, Tensor]
    expectClose([...(await ours.data())], [...(await theirs.data())], 5)
    disposeAll(x, h, theirs, ours, layer, cell)
  })

  it('is so in the model too, gradients included', async () => {
    const [layer, loop] = [new CharSeqStatefulGRU(SMALL), new CharSeqStatefulGRU2(SMALL)]
    copyWeights(layer, loop, path => toHand(path).replace(/^rnn\./, 'cell.'))
    const [x, target] = [idsFrom(1), idsFrom(2)]
    const gradsOf = (model: CharModel, cell: string) => {
      const named = new Map(model.namedParameters())
      const order = ['weight_ih', 'weight_hh', 'bias_ih', 'bias_hh'].map(name =>
        cell === 'rnn' ? `rnn.${name}_l0` : toHand(`cell.${name}_l0`),
      )
      const parameters = [...order, 'e.weight', 'lOut.weight'].map(path => named.get(path)!)
      return valueAndGrads(() => crossEntropy(model.call(x), target), parameters)
    }
    const [a, b] = [gradsOf(layer, 'rnn'), gradsOf(loop, 'cell')]
    for (const [i, grad] of a.grads.entries()) {
      expectClose([...(await grad!.data())], [...(await b.grads[i]!.data())], 5)
    }
    disposeAll(a, b, x, target, layer, loop)
  })
})
