import { batchNorm, defaultGenerator, Parameter } from '@dl/core'
import {
  AdaptiveMaxPool2d,
  adaptiveMaxPool2d,
  BatchNorm2d,
  Conv2d,
  Dropout,
  Embedding,
  flatten,
  GRU,
  Linear,
  LSTM,
  logSoftmax,
  Module,
  ModuleList,
  ReLU,
  RNNCell,
  relu,
  Sequential,
  summary,
} from '@dl/layers'
import { add, dispose, mul, ones, type Tensor, zeros } from '@tensorflow/tfjs-core'
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

describe('the lesson’s nets for pictures of 32 × 32', () => {
  const rowsOf = (model: Module) => {
    const x = zeros([1, 32, 32, 3])
    const { rows, nbParams } = summary(model, x)
    x.dispose()
    model.dispose()
    const lines = rows.map(row => {
      return `${row.key} ${row.inputShape} → ${row.outputShape} ${row.nbParams} ${row.trainable}`
    })
    return [...lines, `total ${nbParams}`]
  }
  const pairs = (sizes: number[]) => sizes.slice(1).map((size, i) => [sizes[i]!, size] as const)

  it('SimpleNet', () => {
    class SimpleNet extends Module {
      layers = new ModuleList(pairs([3072, 40, 10]).map(sizes => new Linear(...sizes)))
      forward(x: Tensor): Tensor {
        const scores = [...this.layers].reduce((y, layer) => relu(layer.call(y)), flatten(x))
        return logSoftmax(scores)
      }
    }
    expect(rowsOf(new SimpleNet())).toEqual([
      'Linear-1 -1,3072 → -1,40 122920 true',
      'Linear-2 -1,40 → -1,10 410 true',
      'total 123330',
    ])
  })

  it('ConvNet', () => {
    class ConvNet extends Module {
      layers = new ModuleList(
        pairs([3, 20, 40, 80]).map(sizes => new Conv2d(...sizes, 3, { stride: 2 })),
      )
      pool = new AdaptiveMaxPool2d(1)
      out = new Linear(80, 10)
      forward(x: Tensor): Tensor {
        const maps = [...this.layers].reduce((y, layer) => relu(layer.call(y)), x)
        return logSoftmax(this.out.call(flatten(this.pool.call(maps))))
      }
    }
    expect(rowsOf(new ConvNet())).toEqual([
      'Conv2d-1 -1,32,32,3 → -1,15,15,20 560 true',
      'Conv2d-2 -1,15,15,20 → -1,7,7,40 7240 true',
      'Conv2d-3 -1,7,7,40 → -1,3,3,80 28880 true',
      'AdaptiveMaxPool2d-4 -1,3,3,80 → -1,1,1,80 0 undefined',
      'Linear-5 -1,80 → -1,10 810 true',
      'total 37490',
    ])
  })

  it('ConvNet2', () => {
    class ConvLayer extends Module {
      conv: Conv2d
      constructor(inputs: number, outputs: number) {
        super()
        this.conv = new Conv2d(inputs, outputs, 3, { stride: 2, padding: 1 })
      }
      forward(x: Tensor): Tensor {
        return relu(this.conv.call(x))
      }
    }
    class ConvNet2 extends Module {
      layers = new ModuleList(pairs([3, 20, 40, 80]).map(sizes => new ConvLayer(...sizes)))
      out = new Linear(80, 10)
      forward(x: Tensor): Tensor {
        const maps = [...this.layers].reduce((y, layer) => layer.call(y), x)
        return logSoftmax(this.out.call(flatten(adaptiveMaxPool2d(maps, 1))))
      }
    }
    expect(rowsOf(new ConvNet2())).toEqual([
      'Conv2d-1 -1,32,32,3 → -1,16,16,20 560 true',
      'ConvLayer-2 -1,32,32,3 → -1,16,16,20 0 undefined',
      'Conv2d-3 -1,16,16,20 → -1,8,8,40 7240 true',
      'ConvLayer-4 -1,16,16,20 → -1,8,8,40 0 undefined',
      'Conv2d-5 -1,8,8,40 → -1,4,4,80 28880 true',
      'ConvLayer-6 -1,8,8,40 → -1,4,4,80 0 undefined',
      'Linear-7 -1,80 → -1,10 810 true',
      'total 37490',
    ])
  })

  it('ConvBnNet, where the parameters of the normalisation count too', () => {
    class BnLayer extends Module {
      conv: Conv2d
      m: Parameter
      a: Parameter
      constructor(inputs: number, outputs: number) {
        super()
        this.conv = new Conv2d(inputs, outputs, 3, { stride: 2, padding: 1, bias: false })
        this.m = new Parameter(() => ones([outputs]))
        this.a = new Parameter(() => zeros([outputs]))
      }
      forward(x: Tensor): Tensor {
        const { output } = batchNorm(relu(this.conv.call(x)))
        return add(mul(output, this.m.value), this.a.value)
      }
    }
    class ConvBnNet extends Module {
      conv1 = new Conv2d(3, 10, 5, { padding: 2 })
      layers = new ModuleList(pairs([10, 20, 40, 80, 160]).map(sizes => new BnLayer(...sizes)))
      out = new Linear(160, 10)
      forward(x: Tensor): Tensor {
        const maps = [...this.layers].reduce((y, layer) => layer.call(y), this.conv1.call(x))
        return logSoftmax(this.out.call(flatten(adaptiveMaxPool2d(maps))))
      }
    }
    expect(rowsOf(new ConvBnNet())).toEqual([
      'Conv2d-1 -1,32,32,3 → -1,32,32,10 760 true',
      'Conv2d-2 -1,32,32,10 → -1,16,16,20 1800 true',
      'BnLayer-3 -1,32,32,10 → -1,16,16,20 40 true',
      'Conv2d-4 -1,16,16,20 → -1,8,8,40 7200 true',
      'BnLayer-5 -1,16,16,20 → -1,8,8,40 80 true',
      'Conv2d-6 -1,8,8,40 → -1,4,4,80 28800 true',
      'BnLayer-7 -1,8,8,40 → -1,4,4,80 160 true',
      'Conv2d-8 -1,4,4,80 → -1,2,2,160 115200 true',
      'BnLayer-9 -1,4,4,80 → -1,2,2,160 320 true',
      'Linear-10 -1,160 → -1,10 1610 true',
      'total 155970',
    ])
  })
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

  it('not even a batch norm in training', async () => {
    const norm = new BatchNorm2d(2)
    const x = ones([3, 2, 2, 2])
    summary(norm, x)
    expect(norm.training).toBe(true)
    expect([...(await norm.running_mean.value.data())]).toEqual([0, 0])
    expect([...(await norm.running_var.value.data())]).toEqual([1, 1])
    x.dispose()
    norm.dispose()
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
