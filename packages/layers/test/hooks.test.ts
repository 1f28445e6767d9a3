import { DlError, holdings, valueAndGrads } from '@dl/core'
import { Linear, LSTM, moduleAt, ReLU, SaveFeatures, Sequential, withHooks } from '@dl/layers'
import { ones, sum, type Tensor } from '@tensorflow/tfjs-core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

let model: Sequential
let x: Tensor

beforeEach(() => {
  model = new Sequential(new Linear(4, 8), new ReLU(), new Linear(8, 2))
  x = ones([3, 4])
})

afterEach(() => {
  x.dispose()
  model.dispose()
})

const run = () => model.call(x).dispose()

describe('SaveFeatures', () => {
  it('keeps the last output only, and nothing after its removal', async () => {
    const before = holdings().tensors
    const saved = new SaveFeatures(model[1]!)
    expect(saved.features).toBeNull()
    run()
    const first = saved.features!
    expect(first.shape).toEqual([3, 8])
    expect(Math.min(...(await first.data()))).toBeGreaterThanOrEqual(0)
    run()
    expect(first.isDisposed).toBe(true)
    expect(holdings().tensors).toBe(before + 1)
    saved.remove()
    expect(saved.features).toBeNull()
    run()
    expect(holdings().tensors).toBe(before)
    saved.remove()
  })

  it('has the values that the next module saw, while gradients are recorded and after', async () => {
    const saved = new SaveFeatures(model[0]!)
    const inputs: Tensor[] = []
    const remove = model[1]!.onForward((_module, [input]) => {
      inputs.push(input)
    })
    const { dispose, grads } = valueAndGrads(() => sum(model.call(x)), [...model.parameters()])
    expect(grads.every(gradient => gradient !== null)).toBe(true)
    expect(inputs[0]!.isDisposed).toBe(true)
    const hidden = model[0]!.call(x)
    expect([...(await saved.features!.data())]).toEqual([...(await hidden.data())])
    hidden.dispose()
    dispose()
    remove()
    saved[Symbol.dispose]()
  })

  it('refuses an output of several tensors', () => {
    const lstm = new LSTM(4, 2)
    const saved = new SaveFeatures(lstm)
    const sequence = ones([2, 1, 4])
    expect(() => lstm.call(sequence)).toThrow(/^LSTM put out .*; expected a module whose output is/)
    saved.remove()
    for (const owner of [sequence, lstm]) owner.dispose()
  })
})

describe('withHooks', () => {
  const counter = () => {
    let calls = 0
    return {
      hook: () => {
        calls++
      },
      calls: () => calls,
    }
  }

  it('calls hooks during fn only', () => {
    const { hook, calls } = counter()
    const answer = withHooks(model, { '': hook, 1: hook }, () => {
      run()
      return 7
    })
    run()
    expect([answer, calls()]).toEqual([7, 2])
  })

  it('removes them when fn throws', () => {
    const { hook, calls } = counter()
    const fail = () =>
      withHooks(model, { 0: hook }, () => {
        throw new Error('no')
      })
    expect(fail).toThrow('no')
    run()
    expect(calls()).toBe(0)
  })

  it('removes them once a promise is kept or broken, not before', async () => {
    for (const [end, expected] of [
      [async () => run(), 'fulfilled'],
      [() => Promise.reject(new Error('no')), 'rejected'],
    ] as const) {
      const { hook, calls } = counter()
      const promise = withHooks(model, { 0: hook }, () => Promise.resolve().then(run).then(end))
      const [{ status }] = await Promise.allSettled([promise])
      expect(status).toBe(expected)
      const during = calls()
      expect(during).toBeGreaterThan(0)
      run()
      expect(calls()).toBe(during)
    }
  })

  it('sets none when one path is wrong', () => {
    const { hook, calls } = counter()
    expect(() => withHooks(model, { 0: hook, 9: hook }, run)).toThrow(DlError)
    run()
    expect(calls()).toBe(0)
  })
})

describe('moduleAt', () => {
  class Net extends Sequential {
    layer3 = new Sequential(new Linear(2, 2), new ReLU())
    layer4 = new Linear(2, 2)
    head = new Linear(2, 2)
  }

  it('finds by path', () => {
    const net = new Net()
    expect(moduleAt(net, '')).toBe(net)
    expect(moduleAt(net, 'layer3.1')).toBe(net.layer3[1])
    net.dispose()
  })

  it('names what comes closest', () => {
    const net = new Net()
    const message = (path: string) => {
      try {
        return String(moduleAt(net, path))
      } catch (error) {
        return (error as Error).message
      }
    }
    expect(message('layer44')).toBe(
      "no module 'layer44' in Net; expected one of layer3, layer3.0, layer3.1, layer4, head. Did you mean layer4?",
    )
    expect(message('layer5')).toMatch(/Did you mean layer3\?$/)
    expect(message('haed')).toMatch(/Did you mean head\?$/)
    expect(message('tail')).not.toMatch(/Did you mean/)
    expect(message('hed')).toMatch(/Did you mean head\?$/)
    net.dispose()
  })

  it('shortens long lists', () => {
    const deep = new Sequential(...Array.from({ length: 30 }, () => new ReLU()))
    expect(() => moduleAt(deep, 'body')).toThrow(/one of 0, 1, .*11, … \(30 in all\)\.$/)
    const leaf = new ReLU()
    expect(() => moduleAt(leaf, 'body')).toThrow("expected '', for it has no parts")
  })
})
