/**
 * The nets of the lesson, in its order and nearly in its words: each is the one before with one
 * idea more. Pictures [batch, 32, 32, 3] go in, log-probabilities [batch, classes] come out.
 */
import { Buffer, Parameter } from '@dl/core'
import {
  AdaptiveMaxPool2d,
  adaptiveMaxPool2d,
  Conv2d,
  Dropout,
  flatten,
  Linear,
  logSoftmax,
  Module,
  ModuleList,
  relu,
} from '@dl/layers'
import {
  add,
  div,
  mean,
  mul,
  ones,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
  zeros,
} from '@tensorflow/tfjs-core'

/** [10, 20, 40] → what makes a layer of 10 → 20 and one of 20 → 40. */
const between = <L extends Module>(
  widths: readonly number[],
  make: (ni: number, nf: number) => L,
) => new ModuleList(widths.slice(1).map((nf, i) => make(widths[i]!, nf)))

/** Matrices, one after the other: every pixel has a weight of its own. */
export class SimpleNet extends Module {
  layers: ModuleList<Linear>

  constructor(widths: readonly number[]) {
    super()
    this.layers = between(widths, (ni, nf) => new Linear(ni, nf))
  }

  forward(images: Tensor): Tensor {
    let x = flatten(images)
    let last = x
    for (const layer of this.layers) {
      last = layer.call(x)
      x = relu(last)
    }
    return logSoftmax(last)
  }
}

/** Convolutions instead: the same few weights at every place. Stride 2 halves the map each time. */
export class ConvNet extends Module {
  layers: ModuleList<Conv2d>
  pool = new AdaptiveMaxPool2d(1)
  out: Linear

  constructor(widths: readonly number[], classes: number) {
    super()
    this.layers = between(widths, (ni, nf) => new Conv2d(ni, nf, 3, { stride: 2 }))
    this.out = new Linear(widths.at(-1)!, classes)
  }

  forward(images: Tensor): Tensor {
    let x = images
    for (const layer of this.layers) x = relu(layer.call(x))
    return logSoftmax(this.out.call(flatten(this.pool.call(x))))
  }
}

/** A layer is a net and a net is a layer. The padding keeps 32 → 16 → 8 exact. */
export class ConvLayer extends Module {
  conv: Conv2d

  constructor(ni: number, nf: number) {
    super()
    this.conv = new Conv2d(ni, nf, 3, { stride: 2, padding: 1 })
  }

  forward(x: Tensor): Tensor {
    return relu(this.conv.call(x))
  }
}

/** ConvNet made of such layers; pooling has no weights, so a function does. */
export class ConvNet2 extends Module {
  layers: ModuleList<ConvLayer>
  out: Linear

  constructor(widths: readonly number[], classes: number) {
    super()
    this.layers = between(widths, (ni, nf) => new ConvLayer(ni, nf))
    this.out = new Linear(widths.at(-1)!, classes)
  }

  forward(images: Tensor): Tensor {
    let x = images
    for (const layer of this.layers) x = layer.call(x)
    return logSoftmax(this.out.call(flatten(adaptiveMaxPool2d(x, 1))))
  }
}

export interface BnLayerOptions {
  stride?: number
  kernelSize?: number
  /**
   * The lesson's exercise. Without it (null, the lesson) evaluation normalises with what the last
   * batch of training happened to have; with 0.9, say, with a moving average of its batches.
   */
  movingAverage?: number | null
}

/**
 * Batch normalisation by hand, after the convolution and its ReLU: each channel gets mean 0 and
 * standard deviation 1 over the batch, then a scale `m` and a shift `a` that are learnt. Without the
 * two, SGD would undo the normalising in the next step. As in the lesson the padding is 1 whatever
 * the filter; unlike there a hair is added to the deviation, for a channel that is 0 everywhere.
 */
export class BnLayer extends Module {
  conv: Conv2d
  a: Parameter
  m: Parameter
  means: Buffer
  stds: Buffer
  readonly movingAverage: number | null

  constructor(
    ni: number,
    nf: number,
    { stride = 2, kernelSize = 3, movingAverage = null }: BnLayerOptions = {},
  ) {
    super()
    this.conv = new Conv2d(ni, nf, kernelSize, { stride, padding: 1, bias: false })
    this.a = new Parameter(() => zeros([nf]))
    this.m = new Parameter(() => ones([nf]))
    this.means = new Buffer(() => zeros([nf]))
    this.stds = new Buffer(() => ones([nf]))
    this.movingAverage = movingAverage
  }

  forward(images: Tensor): Tensor {
    const x = relu(this.conv.call(images))
    if (!this.training) return this.affine(div(sub(x, this.means.value), this.stds.value))
    const axes = [0, 1, 2]
    const means = mean(x, axes)
    const centred = sub(x, means)
    const count = x.size / means.size
    const stds = add(sqrt(div(sum(square(centred), axes), count - 1)), 1e-7)
    this.remember(this.means, means)
    this.remember(this.stds, stds)
    return this.affine(div(centred, stds))
  }

  private affine(x: Tensor): Tensor {
    return add(mul(x, this.m.value), this.a.value)
  }

  private remember(buffer: Buffer, now: Tensor): void {
    const { movingAverage: kept } = this
    buffer.write(() => (kept === null ? now : add(mul(buffer.value, kept), mul(now, 1 - kept))))
  }
}

/** A first convolution with more to look at (5×5) and nothing thrown away (stride 1), then BnLayers. */
export class ConvBnNet extends Module {
  conv1: Conv2d
  layers: ModuleList<BnLayer>
  out: Linear

  constructor(widths: readonly number[], classes: number, options: BnLayerOptions = {}) {
    super()
    this.conv1 = new Conv2d(3, widths[0]!, 5, { padding: 2 })
    this.layers = between(widths, (ni, nf) => new BnLayer(ni, nf, options))
    this.out = new Linear(widths.at(-1)!, classes)
  }

  forward(images: Tensor): Tensor {
    let x = this.conv1.call(images)
    for (const layer of this.layers) x = layer.call(x)
    return logSoftmax(this.out.call(flatten(adaptiveMaxPool2d(x, 1))))
  }
}

/** Twice as deep: behind each layer that halves one that does not. Depth alone gains nothing. */
export class ConvBnNet2 extends Module {
  conv1: Conv2d
  layers: ModuleList<BnLayer>
  layers2: ModuleList<BnLayer>
  out: Linear

  constructor(widths: readonly number[], classes: number, options: BnLayerOptions = {}) {
    super()
    this.conv1 = new Conv2d(3, widths[0]!, 5, { padding: 2 })
    this.layers = between(widths, (ni, nf) => new BnLayer(ni, nf, options))
    this.layers2 = between(widths, (_, nf) => new BnLayer(nf, nf, { ...options, stride: 1 }))
    this.out = new Linear(widths.at(-1)!, classes)
  }

  forward(images: Tensor): Tensor {
    let x = this.conv1.call(images)
    for (const [i, layer] of [...this.layers].entries()) {
      x = this.layers2[i]!.call(layer.call(x))
    }
    return logSoftmax(this.out.call(flatten(adaptiveMaxPool2d(x, 1))))
  }
}

/** y = x + f(x): f has to learn only what x lacks, and gradients have a way around it. */
export class ResnetLayer extends BnLayer {
  constructor(n: number, options: BnLayerOptions = {}) {
    super(n, n, { ...options, stride: 1 })
  }

  override forward(x: Tensor): Tensor {
    return add(x, super.forward(x))
  }
}

/** One layer that halves, then two that add to it, and so on. */
export class Resnet extends Module {
  conv1: Module
  layers: ModuleList<BnLayer>
  layers2: ModuleList<ResnetLayer>
  layers3: ModuleList<ResnetLayer>
  out: Linear

  constructor(widths: readonly number[], classes: number, options: BnLayerOptions = {}) {
    super()
    this.conv1 = new Conv2d(3, widths[0]!, 5, { padding: 2 })
    this.layers = between(widths, (ni, nf) => new BnLayer(ni, nf, options))
    this.layers2 = between(widths, (_, nf) => new ResnetLayer(nf, options))
    this.layers3 = between(widths, (_, nf) => new ResnetLayer(nf, options))
    this.out = new Linear(widths.at(-1)!, classes)
  }

  forward(images: Tensor): Tensor {
    return logSoftmax(this.out.call(this.features(images)))
  }

  protected features(images: Tensor): Tensor {
    let x = this.conv1.call(images)
    for (const [i, layer] of [...this.layers].entries()) {
      x = this.layers3[i]!.call(this.layers2[i]!.call(layer.call(x)))
    }
    return flatten(adaptiveMaxPool2d(x, 1))
  }
}

/** Wider, so it would learn the pictures by heart: dropout. Its 7×7 padded by 1 leaves 28×28. */
export class Resnet2 extends Resnet {
  drop: Dropout

  constructor(widths: readonly number[], classes: number, p = 0.5, options: BnLayerOptions = {}) {
    super(widths, classes, options)
    this.conv1.dispose()
    this.conv1 = new BnLayer(3, widths[0]!, { ...options, stride: 1, kernelSize: 7 })
    this.drop = new Dropout(p)
  }

  override forward(images: Tensor): Tensor {
    return logSoftmax(this.out.call(this.drop.call(this.features(images))))
  }
}
