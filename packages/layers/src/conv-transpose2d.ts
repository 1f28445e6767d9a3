/** Transposed convolution: the gradient of a convolution with respect to its input, as a layer. */
import { DlError, sameShape, showShape } from '@dl/core'
import {
  add,
  concat,
  pad,
  reshape,
  slice,
  split,
  type Tensor,
  type Tensor4D,
  conv2dTranspose as tfConv2dTranspose,
  tidy,
} from '@tensorflow/tfjs-core'
import { checkFloat, checkMaps } from './checks'
import { ConvLayer } from './conv-layer'
import {
  CONV_DEFAULTS,
  type ConvGeometry,
  type ConvOptions,
  checkGroups,
  convGeometry,
} from './conv2d'
import { withDefaults } from './options'
import { around, type Pair, pairOf } from './pair'

export interface TransposedSizes extends ConvOptions {
  /** Added to the size at the bottom and on the right (default 0), less than the stride. */
  outputPadding?: Pair
}

export interface ConvTranspose2dOptions extends TransposedSizes {
  /** Whether to add a learnt bias (default true). */
  bias?: boolean
}

const DEFAULTS = { ...CONV_DEFAULTS, outputPadding: 0 } as const

/**
 * Adds a filter, times each pixel, at every stride-th place of larger maps:
 * `torch.nn.functional.conv_transpose2d`, channels last. `padding` is cut off on each side.
 *
 * @param x float32 [N, H, W, inputs]
 * @param weight [rows, columns, outputs / groups, inputs]
 * @param bias [outputs], or null
 * @returns [N, H′, W′, outputs] with
 *   H′ = (H − 1)·stride − 2·padding + dilation·(rows − 1) + outputPadding + 1
 * @throws DlError `shape-mismatch`, `bad-dtype`, `bad-option`
 *
 * @example
 * ```ts
 * import { convTranspose2d } from '@dl/layers'
 * import { ones, tensor } from '@tensorflow/tfjs-core'
 *
 * const [x, weight] = [tensor([1, 2], [1, 1, 2, 1]), ones([1, 2, 1, 1])]
 * const y = convTranspose2d(x, weight, null, { stride: 2 })
 * String(await y.data()) // → 1,1,2,2
 * for (const t of [x, weight, y]) t.dispose()
 * ```
 */
export function convTranspose2d(
  x: Tensor,
  weight: Tensor,
  bias: Tensor | null = null,
  options: TransposedSizes = {},
): Tensor {
  const layer = 'convTranspose2d'
  const { groups, ...sizes } = withDefaults(layer, options, DEFAULTS)
  const { more, ...geometry } = geometryOf(layer, sizes)
  checkMaps(layer, x)
  checkFloat(layer, x)
  checkFloat(layer, weight, 'a weight')
  if (bias !== null) checkFloat(layer, bias, 'a bias')
  checkWeights(x, weight, bias, groups)
  const { strides, paddings, dilations } = geometry
  const size = ([0, 1] as const).map(axis => {
    const span = dilations[axis] * (weight.shape[axis]! - 1) + 1
    return (x.shape[axis + 1]! - 1) * strides[axis] - 2 * paddings[axis] + span + more[axis]
  }) as [number, number]
  if (Math.min(...size) < 1) {
    throw new DlError('shape-mismatch', {
      problem: `${layer} got maps of shape ${showShape(x.shape)}, of which ${showShape(size)} is left without the padding`,
      expected: 'at least 1 × 1',
    })
  }
  return tidy(() => {
    const filters = split(dilated(weight, dilations), groups, 3)
    const parts = split(x, groups, 3).map((part, i) => {
      const filter = filters[i] as Tensor4D
      const shape: [number, number, number, number] = [x.shape[0]!, ...size, filter.shape[2]]
      return tfConv2dTranspose(part as Tensor4D, filter, shape, strides, around(paddings), 'floor')
    })
    const y = groups === 1 ? parts[0]! : concat(parts, 3)
    return bias ? add(y, bias) : y
  })
}

/** tfjs dilates no transposed convolution: here zeros are put between the taps of the filter. */
function dilated(weight: Tensor, dilations: readonly [number, number]): Tensor {
  return dilations.reduce((filter: Tensor, by, axis) => {
    if (by === 1) return filter
    const { shape } = filter
    const [before, taps, rest] = [axis === 0 ? 1 : shape[0]!, shape[axis]!, shape.slice(axis + 1)]
    const spread = pad(reshape(filter, [before * taps, 1, -1]), [
      [0, 0],
      [0, by - 1],
      [0, 0],
    ])
    const whole = reshape(spread, [before, taps * by, -1])
    const span = by * (taps - 1) + 1
    const cut = slice(whole, [0, 0, 0], [before, span, whole.shape[2]!])
    return reshape(cut, [...(axis === 0 ? [] : [before]), span, ...rest])
  }, weight)
}

function geometryOf(
  layer: string,
  { outputPadding, ...sizes }: Record<'stride' | 'padding' | 'dilation' | 'outputPadding', Pair>,
): ConvGeometry & { more: [number, number] } {
  const geometry = convGeometry(layer, sizes)
  const more = pairOf(layer, 'outputPadding', outputPadding, 0)
  if (more[0] >= geometry.strides[0] || more[1] >= geometry.strides[1]) {
    throw new DlError('bad-option', {
      problem: `${layer} got outputPadding ${showShape(more)} for a stride of ${showShape(geometry.strides)}`,
      expected: 'less than the stride',
    })
  }
  return { ...geometry, more }
}

function checkWeights(x: Tensor, weight: Tensor, bias: Tensor | null, groups: number): void {
  const channels = x.shape[3]!
  if (weight.rank !== 4 || weight.shape[3] !== channels) {
    throw new DlError('shape-mismatch', {
      problem: `convTranspose2d got maps of shape ${showShape(x.shape)} and a weight of ${showShape(weight.shape)}`,
      expected: `a weight of [rows, columns, outputs / groups, ${channels}]`,
    })
  }
  const outputs = weight.shape[2]! * groups
  checkGroups('convTranspose2d', groups, channels, outputs)
  if (bias === null || sameShape(bias.shape, [outputs])) return
  throw new DlError('shape-mismatch', {
    problem: `convTranspose2d got a bias of shape ${showShape(bias.shape)}`,
    expected: `[${outputs}], one for each output`,
  })
}

/**
 * Learnt filters that make maps [N, H, W, inputs] larger. Initialised as PyTorch's.
 *
 * @example
 * ```ts
 * import { ConvTranspose2d } from '@dl/layers'
 * import { zeros } from '@tensorflow/tfjs-core'
 *
 * const conv = new ConvTranspose2d(64, 32, 4, { stride: 2, padding: 1 })
 * const x = zeros([1, 8, 8, 64])
 * const y = conv.call(x)
 * y.shape // → 1,16,16,32
 * for (const owner of [x, y, conv]) owner.dispose()
 * ```
 */
export class ConvTranspose2d extends ConvLayer {
  readonly #sizes: TransposedSizes

  /**
   * @param inputs channels coming in
   * @param outputs channels going out
   * @param kernelSize of the filters
   */
  constructor(
    inputs: number,
    outputs: number,
    kernelSize: Pair,
    options: ConvTranspose2dOptions = {},
  ) {
    const complete = withDefaults('ConvTranspose2d', options, { ...DEFAULTS, bias: true })
    geometryOf('ConvTranspose2d', complete)
    const kernel = pairOf('ConvTranspose2d', 'kernelSize', kernelSize)
    super(inputs, outputs, kernelSize, kernel, complete, true)
    const { bias: _, ...sizes } = complete
    this.#sizes = sizes
  }

  forward(x: Tensor): Tensor {
    checkMaps('ConvTranspose2d', x, this.inputs)
    return convTranspose2d(x, this.weight.value, this.bias?.value ?? null, this.#sizes)
  }
}
