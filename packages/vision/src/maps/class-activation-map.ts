/**
 * The lesson's class activation maps, for nets that end in pooling over maps: either maps of the
 * classes themselves, as in the lesson, or features and a linear layer (Zhou 2016, arXiv 1512.04150).
 */
import { checkOptions, DlError, showShape } from '@dl/core'
import { type AnyModule, Linear } from '@dl/layers'
import { matMul, relu, reshape, type Tensor, type Tensor3D } from '@tensorflow/tfjs-core'
import { activationMap, type MapMethod, type MapOptions, weightedSum } from './activation-map'
import { MAP_OPTIONS, moduleOf } from './checks'
import type { ClassTarget } from './class-target'
import type { PassOptions } from './pass'

export interface ClassActivationMapOptions extends MapOptions, Omit<PassOptions, 'target'> {
  /** The class asked about (default 'probabilities': all, as likely as the net finds them). */
  target?: ClassTarget
  /** The layer from pooled features to class scores, where the maps are not of classes yet. */
  linear?: Linear | string
}

/** The lesson's: a channel is a class, and counts as much as the class does. */
const byClass: MapMethod = {
  weights({ features, classes }) {
    if (features.shape[3] !== classes.shape[1]) {
      throw new DlError('shape-mismatch', {
        problem: `the layer puts out ${features.shape[3]} channels for ${classes.shape[1]} classes`,
        expected: 'a map for each class',
        fix: 'Name the linear layer after the pooling with the option `linear`, or use gradCam().',
      })
    }
    return toChannels(classes)
  },
  combine: (features, weights, rectify) =>
    weightedSum(rectify ? relu(features) : features, weights, false),
}

/** The paper's: a channel counts as much as the linear layer weighs it for the class. */
const byLinear = (linear: Linear): MapMethod => ({
  weights({ features, classes }) {
    const { value } = linear.weight
    if (features.shape[3] !== value.shape[0] || classes.shape[1] !== value.shape[1]) {
      throw new DlError('shape-mismatch', {
        problem: `the layer puts out ${features.shape[3]} channels for ${classes.shape[1]} classes, and the linear layer's weight is ${showShape(value.shape)}`,
        expected: 'the linear layer between the two, with only a pooling to one value before it',
      })
    }
    return toChannels(matMul(classes, value, false, true))
  },
})

const toChannels = (weights: Tensor): Tensor =>
  reshape(weights, [weights.shape[0]!, 1, 1, weights.shape[1]!])

/**
 * Where in the pictures a net sees its classes: relu(maps of the last convolution), each times the
 * probability of its class, added up and brought to 0 to 1. The scores may be logits or
 * log-probabilities.
 *
 * @param x float32 [N, H, W, channels], as the net takes them
 * @returns float32 [N, h, w], yours to dispose; h and w are those of the layer
 * @throws DlError `no-module`, `no-maps`, `layer-not-called`, `no-gradient`, `bad-target`,
 *   `shape-mismatch`
 *
 * @example
 * ```ts
 * import { AdaptiveAvgPool2d, Conv2d, Flatten, LogSoftmax, ReLU, Sequential } from '@dl/layers'
 * import { classActivationMap } from '@dl/vision'
 * import { ones } from '@tensorflow/tfjs-core'
 *
 * const body = [new Conv2d(3, 8, 3, { stride: 2, padding: 1 }), new ReLU()]
 * const classes = new Conv2d(8, 2, 3, { padding: 1 })
 * const head = [new AdaptiveAvgPool2d(), new Flatten(), new LogSoftmax()]
 * const model = new Sequential(...body, classes, ...head)
 * const x = ones([4, 14, 14, 3])
 * const map = classActivationMap(model, x, { layer: classes })
 * map.shape // → 4,7,7
 * for (const owner of [x, map, model]) owner.dispose()
 * ```
 */
export function classActivationMap(
  model: AnyModule,
  x: Tensor,
  options: ClassActivationMapOptions = {},
): Tensor3D {
  const { linear, ...others } = checkOptions('classActivationMap', options, [
    ...MAP_OPTIONS,
    'linear',
  ])
  const method = linear === undefined ? byClass : byLinear(linearOf(model, linear))
  return activationMap(method, model, x, { target: 'probabilities', ...others })
}

function linearOf(model: AnyModule, linear: Linear | string): Linear {
  const module = moduleOf(model, linear)
  if (module instanceof Linear) return module
  throw new DlError('bad-option', {
    problem: `'${linear}' is ${module.constructor.name}`,
    expected: 'a Linear',
  })
}
