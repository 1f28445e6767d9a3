/**
 * Maps for any layer of any net, from the gradients of a class score: Grad-CAM (Selvaraju 2017,
 * arXiv 1610.02391) and Grad-CAM++ (Chattopadhay 2018, arXiv 1710.11063).
 */
import { checkOptions } from '@dl/core'
import type { AnyModule } from '@dl/layers'
import {
  add,
  div,
  equal,
  mean,
  mul,
  onesLike,
  relu,
  sum,
  type Tensor,
  type Tensor3D,
  where,
} from '@tensorflow/tfjs-core'
import { activationMap, type MapMethod, type MapOptions } from './activation-map'
import { MAP_OPTIONS } from './checks'
import type { ClassTarget } from './class-target'
import type { PassOptions } from './pass'

export interface GradCamOptions extends MapOptions, Omit<PassOptions, 'target'> {
  /** The class asked about (default 'predicted'). */
  target?: ClassTarget
}

/** A channel counts as much as its mean gradient. */
const byMean: MapMethod = { weights: ({ gradients }) => mean(gradients, [1, 2], true) }

/**
 * A channel counts Σ α·relu(g) with α = g² / (2g² + ΣA·g³), the paper's equation 19, which is
 * 1 / (2 + ΣA·g): powers of small gradients would be 0 in float32. As in the authors' program, a
 * denominator of 0 counts as 1. The paper's exp(score) is a factor of the whole map and left out.
 */
const byPowers: MapMethod = {
  weights({ features, gradients }) {
    const denominator = add(mul(sum(features, [1, 2], true), gradients), 2)
    const isZero = equal(denominator, 0)
    const alpha = div(1, where(isZero, onesLike(denominator), denominator))
    return sum(mul(alpha, relu(gradients)), [1, 2], true)
  },
}

/**
 * Grad-CAM: what at each place of a layer raises a class score, by the mean gradient of each channel.
 * The scores are those before a softmax, as in the paper: behind it they would be relative to the
 * other classes, and without a gradient where the net is sure. `scores: ''` takes the output as it is.
 *
 * @param x float32 [N, H, W, channels], as the net takes them
 * @returns float32 [N, h, w], yours to dispose; h and w are those of the layer
 * @throws DlError `no-module`, `no-maps`, `layer-not-called`, `no-gradient`, `bad-target`,
 *   `shape-mismatch`
 *
 * @example
 * ```ts
 * import { AdaptiveMaxPool2d, Conv2d, Flatten, Linear, ReLU, Sequential } from '@dl/layers'
 * import { gradCam } from '@dl/vision'
 * import { ones } from '@tensorflow/tfjs-core'
 *
 * const body = new Sequential(new Conv2d(3, 8, 3, { padding: 1 }), new ReLU())
 * const head = new Sequential(new AdaptiveMaxPool2d(), new Flatten(), new Linear(8, 10))
 * const model = new Sequential(body, head)
 * const x = ones([2, 16, 16, 3])
 * const map = gradCam(model, x, { layer: body, target: 3 })
 * map.shape // → 2,16,16
 * for (const owner of [x, map, model]) owner.dispose()
 * ```
 */
export const gradCam = (model: AnyModule, x: Tensor, options: GradCamOptions = {}): Tensor3D =>
  activationMap(byMean, model, x, {
    target: 'predicted',
    ...checkOptions('gradCam', options, MAP_OPTIONS),
  })

/**
 * Grad-CAM++: as {@link gradCam}, but places with a positive gradient only weigh a channel, each by
 * how much is left for it: an object seen twice, or in parts, shows whole.
 *
 * @param x float32 [N, H, W, channels], as the net takes them
 * @returns float32 [N, h, w], yours to dispose; h and w are those of the layer
 * @throws DlError `no-module`, `no-maps`, `layer-not-called`, `no-gradient`, `bad-target`,
 *   `shape-mismatch`
 *
 * @example
 * ```ts
 * import { AdaptiveAvgPool2d, Conv2d, Flatten, Sequential } from '@dl/layers'
 * import { gradCamPlusPlus } from '@dl/vision'
 * import { ones } from '@tensorflow/tfjs-core'
 *
 * const model = new Sequential(new Conv2d(3, 2, 3), new AdaptiveAvgPool2d(), new Flatten())
 * const x = ones([1, 8, 8, 3])
 * const map = gradCamPlusPlus(model, x, { layer: '0' })
 * map.shape // → 1,6,6
 * for (const owner of [x, map, model]) owner.dispose()
 * ```
 */
export const gradCamPlusPlus = (
  model: AnyModule,
  x: Tensor,
  options: GradCamOptions = {},
): Tensor3D =>
  activationMap(byPowers, model, x, {
    target: 'predicted',
    ...checkOptions('gradCamPlusPlus', options, MAP_OPTIONS),
  })
