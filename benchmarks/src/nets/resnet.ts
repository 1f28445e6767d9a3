/** The residual nets of the lesson on CIFAR-10. */
import { batchNorm, defaultGenerator, Parameter } from '@dl/core'
import { Dropout, Linear, Module, Sequential } from '@dl/layers'
import {
  add,
  conv2d,
  max,
  ones,
  relu,
  reshape,
  type Tensor,
  type Tensor4D,
  tensor,
  zeros,
} from '@tensorflow/tfjs-core'

interface ConvOptions {
  stride?: number
  filter?: number
  pad?: number
}

/** A filter [height, width, in, out] uniform over ±1/√inputs. */
function filterOf(size: number, ni: number, nf: number): Parameter {
  const bound = 1 / Math.sqrt(size * size * ni)
  const shape = [size, size, ni, nf]
  return new Parameter(() =>
    tensor(defaultGenerator().uniform(size * size * ni * nf, -bound, bound), shape),
  )
}

const convolved = (x: Tensor, filter: Parameter, stride: number, pad: number): Tensor =>
  conv2d(x as Tensor4D, filter.value as Tensor4D, stride, pad, 'NHWC', 1, 'floor')

/** Convolution, ReLU, batch norm: in this order, and padding 1 whatever the filter. */
class BnLayer extends Module {
  readonly filter: Parameter
  readonly m: Parameter
  readonly a: Parameter
  readonly #stride: number

  constructor(ni: number, nf: number, { stride = 2, filter = 3 }: ConvOptions = {}) {
    super()
    this.filter = filterOf(filter, ni, nf)
    this.m = new Parameter(() => ones([nf]))
    this.a = new Parameter(() => zeros([nf]))
    this.#stride = stride
  }

  forward(x: Tensor): Tensor {
    const y = convolved(x, this.filter, this.#stride, 1)
    return batchNorm(y, { gamma: this.m.value, beta: this.a.value, relu: 'before' }).output
  }
}

class ResnetLayer extends Module {
  readonly inner: BnLayer

  constructor(n: number) {
    super()
    this.inner = new BnLayer(n, n, { stride: 1 })
  }

  forward(x: Tensor): Tensor {
    return add(x, this.inner.call(x))
  }
}

/** A convolution with a bias and nothing after it. */
class Stem extends Module {
  readonly filter: Parameter
  readonly bias: Parameter
  readonly #pad: number

  constructor(nf: number, { filter = 5, pad = 2 }: ConvOptions = {}) {
    super()
    this.filter = filterOf(filter, 3, nf)
    this.bias = new Parameter(() => zeros([nf]))
    this.#pad = pad
  }

  forward(x: Tensor): Tensor {
    return add(convolved(x, this.filter, 1, this.#pad), this.bias.value)
  }
}

class Resnet extends Module {
  readonly body: Sequential
  readonly dropout: Dropout
  readonly out: Linear

  constructor(stem: Module, widths: readonly number[], dropout: number) {
    super()
    const stages = widths.slice(1).flatMap((nf, i) => {
      return [new BnLayer(widths[i]!, nf), new ResnetLayer(nf), new ResnetLayer(nf)]
    })
    this.body = new Sequential(stem, ...stages)
    this.dropout = new Dropout(dropout)
    this.out = new Linear(widths.at(-1)!, 10)
  }

  forward(x: Tensor): Tensor {
    const images = this.body.call(x)
    return this.out.call(this.dropout.call(max(images, [1, 2])))
  }
}

/** 3072 → 40 → 10. */
class SimpleNet extends Module {
  readonly hidden = new Linear(3072, 40)
  readonly out = new Linear(40, 10)

  forward(x: Tensor): Tensor {
    return this.out.call(relu(this.hidden.call(reshape(x, [-1, 3072]))))
  }
}

export type Net = 'simple' | 'resnet' | 'resnet2'

/** [batch, 32, 32, 3] → [batch, 10]. */
export const nets: Record<Net, () => Module> = {
  simple: () => new SimpleNet(),
  resnet: () => new Resnet(new Stem(10), [10, 20, 40, 80, 160], 0),
  resnet2: () =>
    new Resnet(new BnLayer(3, 16, { stride: 1, filter: 7 }), [16, 32, 64, 128, 256], 0.2),
}
