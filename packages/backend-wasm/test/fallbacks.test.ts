/** The lessons' training steps, out of core's and tfjs's operations, must not need tfjs's CPU kernels. */
import {
  adamStep,
  batchNorm,
  batchNormInference,
  crossEntropy,
  dropout,
  embedding,
  gru,
  lstm,
  rnn,
  sgdStep,
  valueAndGrads,
} from '@dl/core'
import {
  add,
  addN,
  conv2d,
  div,
  logSoftmax,
  matMul,
  maxPool,
  mean,
  minimum,
  relu,
  reshape,
  softmax,
  sqrt,
  square,
  sum,
  type Tensor,
  tidy,
  zeros,
  zerosLike,
} from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { fallbacksOf, floats, ints, toTensor, useWasm, type WasmBackend } from './helpers'

let backend: WasmBackend
beforeAll(async () => {
  backend = await useWasm()
})

const DECAY = { lr: 0.1, weightDecay: 1e-4, decoupledDecay: 0 }

/** One step of Adam, or of SGD with momentum, with the gradients clipped. */
function train(loss: (weights: Tensor[]) => Tensor, weights: Tensor[], rule: 'adam' | 'sgd') {
  const { grads } = valueAndGrads(() => loss(weights), weights)
  const given = grads.map(grad => grad!)
  const norm = sqrt(addN(given.map(grad => sum(square(grad)))))
  const scale = minimum(1, div(0.25, add(norm, 1e-6)))
  weights.forEach((param, i) => {
    const [grad, zero] = [given[i]!, () => zerosLike(param)]
    if (rule === 'sgd') {
      const attrs = { ...DECAY, momentum: 0.9, nesterov: false }
      sgdStep({ param, grad, scale, buffer: zero() }, attrs)
    } else {
      const attrs = { ...DECAY, beta1: 0.9, beta2: 0.99, eps: 1e-8, step: 1 }
      adamStep({ param, grad, scale, m: zero(), v: zero() }, attrs)
    }
  })
}

/** The CPU kernels that ran in `f`, which is tidied. */
const used = (f: () => void) => fallbacksOf(backend, () => tidy(f)).sort()

describe('a step of a language model', () => {
  const [time, batch, vocab, width, hidden] = [5, 4, 11, 6, 8]
  const layers = (gates: number) =>
    [width, hidden].map(inputs => ({
      wIh: toTensor(floats(inputs, gates * hidden)),
      wHh: toTensor(floats(hidden, gates * hidden)),
      bIh: toTensor(floats(gates * hidden)),
      bHh: toTensor(floats(gates * hidden)),
    }))
  const cells = {
    rnn: { gates: 1, run: (x: Tensor, h: Tensor, w: never[]) => rnn(x, h, w, OPTIONS).output },
    gru: { gates: 3, run: (x: Tensor, h: Tensor, w: never[]) => gru(x, h, w, OPTIONS).output },
    lstm: {
      gates: 4,
      run: (x: Tensor, h: Tensor, w: never[]) => lstm(x, { h, c: h }, w, OPTIONS).output,
    },
  }
  const OPTIONS = { dropout: 0.5 }

  it.each(Object.entries(cells))('%s, and sampling from it', (_, { gates, run }) => {
    const kernels = used(() => {
      const recurrent = layers(gates)
      const [inputs, labels] = [1, 2].map(() => toTensor(ints(vocab, time, batch))) as [
        Tensor,
        Tensor,
      ]
      const initial = zeros([2, batch, hidden])
      const weights = [
        toTensor(floats(vocab, width)),
        toTensor(floats(hidden, vocab)),
        toTensor(floats(vocab)),
        ...recurrent.flatMap(layer => Object.values(layer)),
      ]
      const scores = ([table, decoder, bias, ...rest]: Tensor[]) => {
        const names = Object.keys(recurrent[0]!)
        const own = recurrent.map((__, i) =>
          Object.fromEntries(names.map((name, k) => [name, rest[i * names.length + k]])),
        )
        const x = dropout(embedding(table!, inputs), 0.1)
        const y = reshape(run(x, initial, own as never[]), [time * batch, hidden])
        return reshape(add(matMul(y, decoder!), bias!), [time, batch, vocab])
      }
      train(w => crossEntropy(scores(w), labels), weights, 'adam')
      softmax(div(scores(weights), 0.8))
    })
    expect(kernels).toEqual([])
  })
})

describe('a step of an image classifier', () => {
  const SIZES = [3, 4, 8, 8]
  const weightsOf = () => [
    ...SIZES.slice(1).flatMap((outputs, i) => [
      toTensor(floats(3, 3, SIZES[i]!, outputs)),
      toTensor(floats(outputs)),
      toTensor(floats(outputs)),
    ]),
    toTensor(floats(8, 10)),
    toTensor(floats(10)),
  ]

  /** Convolutions with ReLU and batch norm, the last one residual; pooled, linear. */
  function scores(images: Tensor, weights: Tensor[], training: boolean): Tensor {
    let x = images
    const blocks = SIZES.length - 1
    for (let i = 0; i < blocks; i++) {
      const [filter, gamma, beta] = weights.slice(3 * i) as [Tensor, Tensor, Tensor]
      const stride = i === 1 ? 2 : 1
      const y = conv2d(
        x as never,
        filter as never,
        stride,
        [
          [0, 0],
          [1, 1],
          [1, 1],
          [0, 0],
        ],
        'NHWC',
        1,
        'floor',
      )
      const statistics = { mean: beta, variance: square(gamma) }
      const options = { gamma, beta, relu: 'before' } as const
      const normal = training
        ? batchNorm(y, options).output
        : batchNormInference(y, statistics, options)
      x = i === blocks - 1 ? add(x, normal) : normal
    }
    const size = x.shape.slice(1, 3) as [number, number]
    const [largest, average] = [
      reshape(maxPool(x as never, size, 1, 'valid'), [-1, 8]),
      mean(x, [1, 2]),
    ]
    const [decoder, bias] = weights.slice(-2) as [Tensor, Tensor]
    return add(matMul(add(largest, average), decoder), bias)
  }

  it.each(['sgd', 'adam'] as const)('with %s, and its evaluation', rule => {
    const kernels = used(() => {
      const [images, labels] = [toTensor(floats(4, 8, 8, 3)), toTensor(ints(10, 4))]
      const weights = weightsOf()
      train(w => crossEntropy(scores(images, w, true), labels), weights, rule)
      const evaluated = scores(images, weights, false)
      crossEntropy(evaluated, labels)
      relu(logSoftmax(evaluated))
    })
    expect(kernels).toEqual([])
  })
})
