/**
 * Activations as modules, for a Sequential. In a `forward` of your own the functions are shorter:
 * they are TensorFlow.js' and exported beside these, but for the leaky ReLU, whose slope is PyTorch's.
 */
import {
  logSoftmax,
  relu,
  sigmoid,
  softmax,
  type Tensor,
  tanh,
  leakyRelu as tfLeakyRelu,
} from '@tensorflow/tfjs-core'
import { checkNumbers, checkTensor } from './checks'
import { Module } from './module'

/**
 * x above 0 and slope · x below.
 *
 * @example
 * ```ts
 * import { leakyRelu } from '@dl/layers'
 * import { tensor } from '@tensorflow/tfjs-core'
 *
 * const x = tensor([-100, 2])
 * const y = leakyRelu(x)
 * String(await y.data()) // → -1,2
 * x.dispose()
 * y.dispose()
 * ```
 */
export function leakyRelu(x: Tensor, slope = 0.01): Tensor {
  checkTensor('leakyRelu', x)
  checkNumbers('leakyRelu', { slope })
  return tfLeakyRelu(x, slope)
}

/** A function of each value as a module. */
export abstract class Activation extends Module {
  protected abstract activate(x: Tensor): Tensor

  forward(x: Tensor): Tensor {
    checkTensor(this.constructor.name, x)
    return this.activate(x)
  }
}

/**
 * max(x, 0)
 *
 * @example
 * ```ts
 * import { Linear, LogSoftmax, ReLU, Sequential } from '@dl/layers'
 * import { ones } from '@tensorflow/tfjs-core'
 *
 * const model = new Sequential(new Linear(4, 8), new ReLU(), new Linear(8, 2), new LogSoftmax())
 * const x = ones([3, 4])
 * const y = model.call(x)
 * ;(await y.data()).every(value => value < 0) // → true
 * for (const owner of [x, y, model]) owner.dispose()
 * ```
 */
export class ReLU extends Activation {
  protected activate(x: Tensor): Tensor {
    return relu(x)
  }
}

/** x above 0 and slope · x below. */
export class LeakyReLU extends Activation {
  /** @param slope below 0 (default 0.01) */
  constructor(readonly slope = 0.01) {
    super()
    checkNumbers('LeakyReLU', { slope })
  }

  protected activate(x: Tensor): Tensor {
    return leakyRelu(x, this.slope)
  }

  override describe(): string {
    return `slope=${this.slope}`
  }
}

/** Into (-1, 1). */
export class Tanh extends Activation {
  protected activate(x: Tensor): Tensor {
    return tanh(x)
  }
}

/** Into (0, 1). */
export class Sigmoid extends Activation {
  protected activate(x: Tensor): Tensor {
    return sigmoid(x)
  }
}

/** Probabilities over the last axis. */
export class Softmax extends Activation {
  protected activate(x: Tensor): Tensor {
    return softmax(x)
  }
}

/** Log-probabilities over the last axis. */
export class LogSoftmax extends Activation {
  protected activate(x: Tensor): Tensor {
    return logSoftmax(x)
  }
}
