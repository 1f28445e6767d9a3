/**
 * What every map has in common: features of a layer, a weight for each channel, their sum. Methods
 * differ in two points, the weights and how features and weights are combined.
 */
import { checkOptions, DlError, showValue } from '@dl/core'
import type { AnyModule } from '@dl/layers'
import { mul, relu, sum, type Tensor, type Tensor3D, tidy } from '@tensorflow/tfjs-core'
import { MAP_OPTIONS } from './checks'
import { toUnitRange } from './normalise'
import { type Pass, type PassOptions, withPass } from './pass'

export interface MapOptions {
  /** Whether each map is brought to 0 to 1; one that is flat becomes all zeros (default true). */
  normalise?: boolean
  /** Whether what speaks against the target is left out (default true). */
  relu?: boolean
}

/** A way to make maps; what it returns is tidied. */
export interface MapMethod {
  /** How much each channel counts, [N, 1, 1, C], or place by place, [N, h, w, C]. */
  weights(pass: Pass): Tensor
  /** Maps [N, h, w] (default: {@link weightedSum}). */
  combine?(features: Tensor, weights: Tensor, rectify: boolean): Tensor
}

/** The channels weighted and added up, and what is negative then cut off. */
export const weightedSum = (features: Tensor, weights: Tensor, rectify: boolean): Tensor =>
  tidy(() => {
    const map = sum(mul(features, weights), 3)
    return rectify ? relu(map) : map
  })

/**
 * Runs `model` once on pictures and makes a map of each by `method`. The net runs as in evaluation
 * whatever mode it is in, and stays in its mode; its buffers stay as they are.
 *
 * @param x float32 [N, H, W, channels], as the net takes them
 * @returns float32 [N, h, w], yours to dispose; h and w are those of the layer
 * @throws DlError `no-module`, `no-maps`, `layer-not-called`, `no-gradient`, `bad-target`,
 *   `shape-mismatch`
 *
 * @example
 * ```ts
 * import { AdaptiveAvgPool2d, Conv2d, Flatten, Sequential } from '@dl/layers'
 * import { activationMap, type MapMethod } from '@dl/vision'
 * import { ones, relu } from '@tensorflow/tfjs-core'
 *
 * // LayerCAM (Jiang 2021): each place has a weight of its own
 * const layerCam: MapMethod = { weights: ({ gradients }) => relu(gradients) }
 * const model = new Sequential(new Conv2d(3, 2, 3), new AdaptiveAvgPool2d(), new Flatten())
 * const x = ones([1, 8, 8, 3])
 * const map = activationMap(layerCam, model, x, { layer: '0', target: 1 })
 * map.shape // → 1,6,6
 * for (const owner of [x, map, model]) owner.dispose()
 * ```
 */
export function activationMap(
  method: MapMethod,
  model: AnyModule,
  x: Tensor,
  options: MapOptions & PassOptions,
): Tensor3D {
  const known = checkOptions('activationMap', options, MAP_OPTIONS)
  const { normalise = true, relu: rectify = true, ...looking } = known
  if (typeof method?.weights !== 'function') {
    throw new DlError('bad-option', {
      problem: `the method of a map is ${showValue(method)}`,
      expected: 'an object with a function weights, and maybe combine',
    })
  }
  const { combine = weightedSum } = method
  return withPass(model, x, looking, pass =>
    tidy(() => {
      const map = combine(pass.features, method.weights(pass), rectify) as Tensor3D
      return normalise ? toUnitRange(map) : map
    }),
  )
}
