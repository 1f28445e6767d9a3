/** A small residual net whose parts can be left out. */
import {
  AdaptiveMaxPool2d,
  BatchNorm2d,
  Conv2d,
  Dropout,
  Flatten,
  Identity,
  Linear,
  Module,
  relu,
  Sequential,
} from '@dl/layers'
import { add, type Tensor } from '@tensorflow/tfjs-core'

/** What may be on or off. */
export interface Parts {
  batchNorm: boolean
  residual: boolean
  dropout: boolean
  augmentation: boolean
  weightDecay: boolean
}

type NetParts = Pick<Parts, 'batchNorm' | 'residual' | 'dropout'>

const WIDTHS = [16, 32, 64]

/** Convolution, batch norm, ReLU; twice, the second time added to what it came from. */
class Block extends Module {
  down: Conv2d
  norm1: Module
  conv: Conv2d
  norm2: Module
  readonly residual: boolean

  constructor(ni: number, nf: number, { batchNorm, residual }: NetParts) {
    super()
    const norm = () => (batchNorm ? new BatchNorm2d(nf) : new Identity())
    this.down = new Conv2d(ni, nf, 3, { stride: 2, padding: 1 })
    this.norm1 = norm()
    this.conv = new Conv2d(nf, nf, 3, { padding: 1 })
    this.norm2 = norm()
    this.residual = residual
  }

  forward(images: Tensor): Tensor {
    const x = relu(this.norm1.call(this.down.call(images)))
    const y = relu(this.norm2.call(this.conv.call(x)))
    return this.residual ? add(x, y) : y
  }
}

/** [batch, height, width, 3] → [batch, classes]. */
export function smallNet(classes: number, parts: NetParts): Module {
  const blocks = WIDTHS.map((nf, i) => new Block(WIDTHS[i - 1] ?? 3, nf, parts))
  const head = [new AdaptiveMaxPool2d(1), new Flatten(), new Dropout(parts.dropout ? 0.3 : 0)]
  return new Sequential(...blocks, ...head, new Linear(WIDTHS.at(-1)!, classes))
}
