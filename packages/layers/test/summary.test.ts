import { defaultGenerator, Parameter } from '@dl/core'
import {
  Dropout,
  Embedding,
  GRU,
  Linear,
  LSTM,
  Module,
  ModuleList,
  ReLU,
  RNNCell,
  Sequential,
  summary,
} from '@dl/layers'
import { dispose, ones, type Tensor, zeros } from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'

class Reader extends Module {
  encoder = new Embedding(56, 42)
  rnn = new LSTM(42, 512, { layers: 2, dropout: 0.5, stateful: true })
  decoder = new Linear(512, 56)
  fails = false

  forward(ids: Tensor): Tensor {
    const { output } = this.rnn.call(this.encoder.call(ids))
    if (this.fails) throw new Error('no decoder')
    return this.decoder.call(output)
  }
}

it('lists the lesson’s net: every parameter counted, recurrent ones too', () => {
  const model = new Reader()
  const ids = zeros([3, 2], 'int32')
  model.encoder.freeze()
  const result = summary(model, ids, { batchAxis: 1 })
  expect(String(result)).toMatchInlineSnapshot(`
    "module       input         output                                               trains  parameters
    Embedding-1  [3, -1]       [3, -1, 42]                                          no           2,352
    LSTM-2       [3, -1, 42]   output [3, -1, 512], h [2, -1, 512], c [2, -1, 512]  yes      3,239,936
    Linear-3     [3, -1, 512]  [3, -1, 56]                                          yes         28,728
    total                                                                                    3,271,016
    trainable                                                                                3,268,664"
  `)
  expect(result.rows[1]!.outputShape).toEqual({
    output: [3, -1, 512],
    h: [2, -1, 512],
    c: [2, -1, 512],
  })
  expect(result.nbParams).toBe(3271016)
  dispose(ids)
  model.dispose()
})

it('has a row for each module in the order calls end, containers and the model left out', () => {
  class Block extends Module {
    layers = new ModuleList([new Linear(4, 4), new Linear(4, 4)])
    scale = new Parameter(() => ones([4]))
    forward(x: Tensor): Tensor {
      return [...this.layers].reduceRight((y, layer) => layer.call(y), x)
    }
  }
  const model = new Sequential(new Block(), new ReLU(), new Sequential(new Linear(4, 2)))
  const x = ones([3, 4])
  const { rows } = summary(model, [x])
  expect(rows).toEqual([
    { key: 'Linear-1', inputShape: [-1, 4], outputShape: [-1, 4], trainable: true, nbParams: 20 },
    { key: 'Linear-2', inputShape: [-1, 4], outputShape: [-1, 4], trainable: true, nbParams: 20 },
    { key: 'Block-3', inputShape: [-1, 4], outputShape: [-1, 4], trainable: true, nbParams: 4 },
    { key: 'ReLU-4', inputShape: [-1, 4], outputShape: [-1, 4], nbParams: 0 },
    { key: 'Linear-5', inputShape: [-1, 4], outputShape: [-1, 2], trainable: true, nbParams: 10 },
  ])
  x.dispose()
  model.dispose()
})

it('lists a module called again, or shared, once; a model without parts is its own row', () => {
  const cell = new RNNCell(4, 4)
  class Loop extends Module {
    cell = cell
    same = { cell }
    forward(x: Tensor): Tensor {
      return this.same.cell.call(x, this.cell.call(x))
    }
  }
  const x = ones([3, 4])
  const { rows, nbParams } = summary(new Loop(), x)
  expect(rows.map(({ key }) => key)).toEqual(['RNNCell-1'])
  expect(nbParams).toBe(40)
  expect(summary(cell, x).rows.map(({ key }) => key)).toEqual(['RNNCell-1'])
  x.dispose()
  cell.dispose()
})

describe('changes nothing', () => {
  it.each([false, true])('modes, state, randomness, hooks; forward throws: %s', async fails => {
    const model = new Reader()
    const ids = zeros([3, 2], 'int32')
    model.call(ids).dispose()
    model.rnn.eval()
    model.fails = fails
    const carried = model.rnn.carried.h!
    const state = [...(await carried.value.data())]
    const random = defaultGenerator().state()
    const run = () => summary(model, ids, { batchAxis: 1 })
    if (fails) expect(run).toThrow('no decoder')
    else run()
    expect(defaultGenerator().state()).toEqual(random)
    expect([...(await carried.value.data())]).toEqual(state)
    const modes = [...model.namedModules()].map(([path, { training }]) => [path, training])
    expect(Object.fromEntries(modes)).toEqual({
      '': true,
      encoder: true,
      rnn: false,
      decoder: true,
    })
    model.fails = false
    // a hook left behind would add to the rows of the next
    expect(run().rows.length).toBe(3)
    ids.dispose()
    model.dispose()
  })

  it('not even for a module that draws while it is evaluated', () => {
    class Noisy extends Module {
      forward(x: Tensor): Tensor {
        defaultGenerator().next()
        return x.clone()
      }
    }
    const x = ones([2, 2])
    const random = defaultGenerator().state()
    summary(new Sequential(new Noisy(), new Dropout()), x)
    expect(defaultGenerator().state()).toEqual(random)
    x.dispose()
  })
})

it('says what is wrong with its inputs', () => {
  const model = new GRU(2, 3)
  const x = ones([3, 2])
  expect(() => summary(model, [])).toThrow(
    'summary got 0 inputs, the first of which is no tensor; expected a tensor, or a list of inputs.',
  )
  expect(() => summary(model, x, { batchAxis: 2 })).toThrow(
    'summary got the batch axis 2 for an input of shape [3, 2]; expected an axis from 0 to 1.',
  )
  x.dispose()
  model.dispose()
})
