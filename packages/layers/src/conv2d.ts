/** Convolution over maps [N, H, W, C] with PyTorch's symmetric padding. */
import { DlError, sameShape, showShape } from '@dl/core'
import {
  add,
  concat,
  depthwiseConv2d,
  maxPool,
  reshape,
  split,
  type Tensor,
  type Tensor4D,
  conv2d as tfConv2d,
  tidy,
} from '@tensorflow/tfjs-core'
import { checkFloat, checkMaps, checkSizes, checkWindow } from './checks'
import { withDefaults } from './options'
import { type Around, around, type Pair, pairOf } from './pair'

export interface ConvOptions {
  /** How far the window moves (default 1). */
  stride?: Pair
  /** Zeros on each side (default 0). */
  padding?: Pair
  /** Distance of the filter's taps (default 1). */
  dilation?: Pair
  /** Into how many parts the channels are divided, each with filters of its own (default 1). */
  groups?: number
}

/**
 * Slides filters over maps: `torch.nn.functional.conv2d`, channels last.
 *
 * @param x float32 [N, H, W, inputs]
 * @param weight [rows, columns, inputs / groups, outputs]
 * @param bias [outputs], or null
 * @returns [N, H′, W′, outputs] with H′ = ⌊(H + 2·padding − dilation·(rows − 1) − 1) / stride⌋ + 1
 * @throws DlError `shape-mismatch`, `bad-dtype`, `bad-option`
 *
 * @example
 * ```ts
 * import { conv2d } from '@dl/layers'
 * import { ones } from '@tensorflow/tfjs-core'
 *
 * const [x, weight] = [ones([1, 5, 5, 1]), ones([3, 3, 1, 2])]
 * const y = conv2d(x, weight, null, { stride: 2, padding: 1 })
 * y.shape // → 1,3,3,2
 * Math.max(...(await y.data())) // → 9
 * for (const t of [x, weight, y]) t.dispose()
 * ```
 */
export function conv2d(
  x: Tensor,
  weight: Tensor,
  bias: Tensor | null = null,
  options: ConvOptions = {},
): Tensor {
  const layer = 'conv2d'
  const { groups, ...sizes } = withDefaults(layer, options, CONV_DEFAULTS)
  checkMaps(layer, x)
  checkFloat(layer, x)
  checkFloat(layer, weight, 'a weight')
  if (bias !== null) checkFloat(layer, bias, 'a bias')
  checkWeights(x, weight, bias, groups)
  const geometry = convGeometry(layer, sizes)
  const { paddings, dilations } = geometry
  const spans = [0, 1].map(axis => dilations[axis]! * (weight.shape[axis]! - 1) + 1)
  checkWindow(layer, x, [spans[0]!, spans[1]!], paddings)
  return tidy(() => {
    const y = grouped(x as Tensor4D, weight as Tensor4D, groups, geometry)
    return bias ? add(y, bias) : y
  })
}

/** What the options are where they are left out. */
export const CONV_DEFAULTS = { stride: 1, padding: 0, dilation: 1, groups: 1 } as const

export interface ConvGeometry {
  strides: [number, number]
  paddings: [number, number]
  dilations: [number, number]
}

/** Strides, padding and dilation, checked. */
export const convGeometry = (
  layer: string,
  { stride, padding, dilation }: Record<'stride' | 'padding' | 'dilation', Pair>,
): ConvGeometry => ({
  strides: pairOf(layer, 'stride', stride),
  paddings: pairOf(layer, 'padding', padding, 0),
  dilations: pairOf(layer, 'dilation', dilation),
})

function grouped(x: Tensor4D, weight: Tensor4D, groups: number, geometry: ConvGeometry): Tensor4D {
  if (groups === 1) return strided(geometry, window => tfConv2d(x, weight, ...window))
  const [rows, columns, , outputs] = weight.shape
  if (groups === x.shape[3] && geometry.strides[0] === geometry.strides[1]) {
    const filter = reshape(weight, [rows, columns, groups, outputs / groups]) as Tensor4D
    return strided(geometry, window => depthwiseConv2d(x, filter, ...window))
  }
  const inputs = split<Tensor4D>(x, groups, 3)
  const filters = split<Tensor4D>(weight, groups, 3)
  return concat(
    inputs.map((input, i) => grouped(input, filters[i]!, 1, geometry)),
    3,
  )
}

type Window = [
  strides: [number, number],
  pad: Around,
  format: 'NHWC',
  dilations: [number, number],
  rounding: 'floor',
]

/** tfjs allows strides or dilation, not both: then every stride-th of all places is taken. */
function strided(geometry: ConvGeometry, convolve: (window: Window) => Tensor4D): Tensor4D {
  const { strides, paddings, dilations } = geometry
  const both = Math.max(...strides) > 1 && Math.max(...dilations) > 1
  const y = convolve([both ? [1, 1] : strides, around(paddings), 'NHWC', dilations, 'floor'])
  return both ? maxPool(y, 1, strides, 'valid') : y
}

function checkWeights(x: Tensor, weight: Tensor, bias: Tensor | null, groups: number): void {
  const [channels, outputs] = [x.shape[3]!, weight.shape[3] ?? 0]
  if (weight.rank === 4) checkGroups('conv2d', groups, channels, outputs)
  if (weight.rank !== 4 || weight.shape[2] !== channels / groups) {
    throw new DlError('shape-mismatch', {
      problem: `conv2d got maps of shape ${showShape(x.shape)} and a weight of ${showShape(weight.shape)}`,
      expected: `a weight of [rows, columns, ${channels / groups}, outputs]`,
    })
  }
  if (bias === null || sameShape(bias.shape, [outputs])) return
  throw new DlError('shape-mismatch', {
    problem: `conv2d got a bias of shape ${showShape(bias.shape)}`,
    expected: `[${outputs}], one for each output`,
  })
}

/** Complains about groups that do not divide the channels. */
export function checkGroups(layer: string, groups: number, inputs: number, outputs: number): void {
  checkSizes(layer, { groups })
  if (inputs % groups === 0 && outputs % groups === 0) return
  throw new DlError('bad-option', {
    problem: `${layer} got ${groups} groups for ${inputs} channels in and ${outputs} out`,
    expected: 'a number that divides both',
  })
}
