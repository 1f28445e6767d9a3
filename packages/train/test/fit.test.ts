import { type Callback, EVENTS } from '@dl/callbacks'
import { DlError, holdings, manualSeed } from '@dl/core'
import type { Batch, DataLoader } from '@dl/data'
import { GRU, Linear, Module } from '@dl/layers'
import { adam, LayerOptimizer, sgd } from '@dl/optim'
import { evaluate, fit } from '@dl/train'
import {
  add,
  mean,
  mul,
  reshape,
  square,
  sub,
  sum,
  type Tensor,
  tensor,
} from '@tensorflow/tfjs-core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const meanSquare = (y: Tensor, target: Tensor): Tensor => mean(square(sub(y, target)))

/** `length` batches of y = 2x; fresh tensors each, and a count of those not yet disposed. */
function line(length: number, change: (x: number, batch: number) => number = x => x): DataLoader {
  return {
    length,
    async *[Symbol.asyncIterator]() {
      for (let i = 0; i < length; i++) {
        const xs = [0.1, 0.5, -0.3, 1].map(x => change(x, i))
        yield {
          inputs: [tensor(xs, [4, 1])],
          target: tensor(
            xs.map(x => 2 * x),
            [4, 1],
          ),
          items: 4,
        } satisfies Batch
      }
    },
  }
}

let model: Linear
let lo: LayerOptimizer

beforeEach(() => {
  manualSeed(1)
  model = new Linear(1, 1)
  lo = new LayerOptimizer(adam, model, 0.1)
})

afterEach(() => {
  lo.dispose()
  model.dispose()
})

const weights = async () =>
  Promise.all([...model.parameters()].map(async ({ value }) => [...(await value.data())]))

describe('a run', () => {
  it('learns, and gives a row an epoch', async () => {
    const { history, stopped } = await fit(
      model,
      { train: line(60), validation: line(2) },
      3,
      lo,
      meanSquare,
    )
    expect(history.map(({ epoch }) => epoch)).toEqual([0, 1, 2])
    expect(history[2]!.valLoss).toBeLessThan(1e-3)
    expect(stopped).toBeNull()
  })

  it('raises every event in order', async () => {
    const events: string[] = []
    const listener: Callback = { name: 'listener' }
    for (const event of EVENTS) listener[event] = () => void events.push(event.slice(2))
    const data = { train: line(2), validation: line(1) }
    await fit(model, data, 2, lo, meanSquare, { callbacks: [listener] })
    const epoch =
      'EpochBegin PhaseBegin BatchBegin BatchEnd BatchBegin BatchEnd PhaseEnd ValidationBegin ValidationEnd EpochEnd'
    expect(events.join(' ')).toBe(`TrainBegin ${epoch} ${epoch} TrainEnd`)
  })

  it('smooths the loss over epochs as fast.ai: 4 3 2 1 gives 4 3.494949 2.986532 2.474750', async () => {
    const smoothed: number[] = []
    const losses = [4, 3, 2, 1]
    let at = 0
    const fixed = (y: Tensor) => add(mul(sum(y), 0), losses[at++]!) as Tensor
    await fit(model, { train: line(2) }, 2, lo, fixed, {
      callbacks: [{ name: 'look', onBatchEnd: ctx => void smoothed.push(ctx.smoothLoss) }],
    })
    const expected = [4, 3.494949, 2.986532, 2.47475]
    smoothed.forEach((value, i) => {
      expect(value).toBeCloseTo(expected[i]!, 5)
    })
  })

  it('evaluates hyperparameters that are functions of the position before each batch', async () => {
    const optimizer = new LayerOptimizer(sgd, model, position => 0.1 * (1 - position))
    const lrs: number[] = []
    await fit(model, { train: line(2) }, 2, optimizer, meanSquare, {
      callbacks: [{ name: 'look', onBatchEnd: ctx => void lrs.push(ctx.lr) }],
    })
    expect(lrs.map(lr => +lr.toFixed(6))).toEqual([0.1, 0.075, 0.05, 0.025])
    optimizer.dispose()
  })

  it('is repeatable to the bit from a seed', async () => {
    const run = async () => {
      manualSeed(5)
      const twin = new Linear(1, 1)
      const optimizer = new LayerOptimizer(adam, twin, 0.01)
      const { history } = await fit(twin, { train: line(5) }, 2, optimizer, meanSquare)
      optimizer.dispose()
      twin.dispose()
      return history
    }
    expect(await run()).toEqual(await run())
  })

  it('records the raw loss, learns from the transformed one, and uses transformed gradients', async () => {
    const seen: number[] = []
    const before = await weights()
    await fit(model, { train: line(1) }, 1, lo, (y, t) => meanSquare(y, t), {
      callbacks: [
        {
          name: 'change',
          transformLoss: loss => mul(loss, 1000),
          transformGrads: grads => grads.map(grad => grad && mul(grad, 0)),
          onBatchEnd: ctx => void seen.push(ctx.loss),
        },
      ],
    })
    expect(seen[0]).toBeLessThan(20)
    expect(await weights()).toEqual(before)
  })
})

describe('stopping', () => {
  const stopAt = (event: (typeof EVENTS)[number], ended: string[]): Callback => ({
    name: 'stopper',
    [event]: (ctx: { stop(reason: string): void }) => ctx.stop('enough'),
    onTrainEnd: () => void ended.push('onTrainEnd'),
  })
  const stoppable = EVENTS.filter(event => !/CycleEnd|TrainEnd|Error/.test(event))

  it.each(stoppable)('from %s ends cleanly, with onTrainEnd', async event => {
    const ended: string[] = []
    const data = { train: line(3), validation: line(1) }
    const { stopped } = await fit(model, data, 4, lo, meanSquare, {
      callbacks: [stopAt(event, ended)],
    })
    expect(stopped).toBe('enough')
    expect(ended).toEqual(['onTrainEnd'])
  })

  it('by a signal ends after the batch in progress', async () => {
    const controller = new AbortController()
    const batches: number[] = []
    const { history, stopped } = await fit(model, { train: line(10) }, 1, lo, meanSquare, {
      signal: controller.signal,
      callbacks: [
        {
          name: 'interrupt',
          onBatchEnd(ctx) {
            batches.push(ctx.batch)
            if (ctx.batch === 3) controller.abort()
          },
        },
      ],
    })
    expect(batches).toEqual([1, 2, 3])
    expect(history).toEqual([])
    expect(stopped).toBe('it was aborted')
  })
})

describe('what goes wrong', () => {
  it('a forward that throws leaves the model as it was and nothing behind', async () => {
    class Fragile extends Module {
      inner = model
      calls = 0
      forward(x: Tensor): Tensor {
        if (++this.calls === 3) throw new RangeError('in the middle')
        return this.inner.call(x)
      }
    }
    const fragile = new Fragile()
    const states: number[][][] = []
    const errors: unknown[] = []
    let ended = 0
    const before = holdings()
    const optimizer = new LayerOptimizer(sgd, model, 0.1)
    await expect(
      fit(fragile, { train: line(5) }, 1, optimizer, meanSquare, {
        callbacks: [
          {
            name: 'watch',
            async onBatchEnd() {
              states.push(await weights())
            },
            onError: (_ctx, error) => void errors.push(error),
            onTrainEnd: () => void ended++,
          },
        ],
      }),
    ).rejects.toThrow('in the middle')
    expect(await weights()).toEqual(states[1])
    expect(errors).toHaveLength(1)
    expect(ended).toBe(1)
    expect(holdings()).toEqual(before)
  })

  it('a loss that is NaN is skipped where asked: its step is dropped, weights and carried state stay', async () => {
    const gru = new GRU(1, 2, { stateful: true })
    class Net extends Module {
      gru = gru
      forward(x: Tensor): Tensor {
        return this.gru.call(reshape(x, [1, 4, 1])).output
      }
    }
    const net = new Net()
    const optimizer = new LayerOptimizer(adam, net, 0.1)
    const carried: number[][] = []
    const train = line(3, (x, batch) => (batch === 1 ? Number.NaN : x))
    const { history } = await fit(net, { train }, 1, optimizer, y => mean(square(y)), {
      skipNaN: true,
      callbacks: [
        {
          name: 'look',
          async onBatchEnd() {
            carried.push([...(await gru.carried.h!.value.data())])
          },
        },
      ],
    })
    expect(carried[1]).toEqual(carried[0])
    expect(carried[2]!.every(Number.isFinite)).toBe(true)
    expect(history[0]!.trnLoss).toBeGreaterThan(0)
    optimizer.dispose()
    net.dispose()
  })

  it('a callback that throws is named, and the rest of the run is cleaned up', async () => {
    const bad: Callback = {
      name: 'bad',
      onBatchBegin() {
        throw new Error('oops')
      },
    }
    await expect(
      fit(model, { train: line(2) }, 1, lo, meanSquare, { callbacks: [bad] }),
    ).rejects.toThrow('callback "bad" threw in onBatchBegin: oops')
  })

  it('refuses epochs that are none and loaders without batches', async () => {
    const run = (epochs: number, length: number) =>
      fit(model, { train: line(length) }, epochs, lo, meanSquare)
    await expect(run(1.5, 2)).rejects.toThrow(
      'the number of epochs is 1.5; expected an integer of at least 0.',
    )
    await expect(run(1, 0)).rejects.toThrow(/the training loader yielded nothing/)
    await expect(evaluate(model, line(0), meanSquare)).rejects.toThrow(DlError)
  })
})

it('weights validation by items, not by batches', async () => {
  const uneven: DataLoader = {
    length: 2,
    async *[Symbol.asyncIterator]() {
      yield { inputs: [tensor([1, 1, 1], [3, 1])], target: tensor([0, 0, 0], [3, 1]), items: 3 }
      yield { inputs: [tensor([1], [1, 1])], target: tensor([4], [1, 1]), items: 1 }
    },
  }
  class Same extends Module {
    forward(x: Tensor): Tensor {
      return mul(x, 1)
    }
  }
  const { loss, items } = await evaluate(new Same(), uneven, meanSquare)
  expect(items).toBe(4)
  expect(loss).toBeCloseTo((3 * 1 + 1 * 9) / 4, 6)
})
