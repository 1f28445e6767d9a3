/** Convolution over maps [N, H, W, C] with PyTorch's symmetric padding, as a function and as a layer. */
import { DlError, Parameter, showShape } from '@dl/core'
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
import { checkMaps, checkSizes, checkWindow } from './checks'
import { uniform } from './init/distributions'
import { drawn } from './init/initialize'
import { Module } from './module'
import { type Pair, pairOf, showPair } from './pair'

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

export interface Conv2dOptions extends ConvOptions {
  /** Whether to add a learnt bias (default true). */
  bias?: boolean
}

/**
 * Slides filters over maps: `torch.nn.functional.conv2d`, channels last.
 *
 * @param x float32 [N, H, W, inputs]
 * @param weight [rows, columns, inputs / groups, outputs]
 * @param bias [outputs], or null
 * @returns [N, H′, W′, outputs] with H′ = ⌊(H + 2·padding − dilation·(rows − 1) − 1) / stride⌋ + 1
 * @throws DlError `shape-mismatch`, `bad-option`
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
  { stride = 1, padding = 0, dilation = 1, groups = 1 }: ConvOptions = {},
): Tensor {
  const layer = 'conv2d'
  checkMaps(layer, x)
  checkGroups(layer, groups, x.shape[3]!, weight.shape[3]!)
  if (weight.rank !== 4 || weight.shape[2] !== x.shape[3]! / groups) {
    throw new DlError('shape-mismatch', {
      problem: `conv2d got maps of shape ${showShape(x.shape)} and a weight of ${showShape(weight.shape)}`,
      expected: `a weight of [rows, columns, ${x.shape[3]! / groups}, outputs]`,
    })
  }
  const strides = pairOf(layer, 'stride', stride)
  const paddings = pairOf(layer, 'padding', padding, 0)
  const dilations = pairOf(layer, 'dilation', dilation)
  const spans = [0, 1].map(axis => dilations[axis]! * (weight.shape[axis]! - 1) + 1)
  checkWindow(layer, x, [spans[0]!, spans[1]!], paddings)
  return tidy(() => {
    const y = grouped(x as Tensor4D, weight as Tensor4D, groups, { strides, paddings, dilations })
    return bias ? add(y, bias) : y
  })
}

interface Geometry {
  strides: [number, number]
  paddings: [number, number]
  dilations: [number, number]
}

function grouped(x: Tensor4D, weight: Tensor4D, groups: number, geometry: Geometry): Tensor4D {
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
  pad: [[0, 0], [number, number], [number, number], [0, 0]],
  format: 'NHWC',
  dilations: [number, number],
  rounding: 'floor',
]

/** tfjs allows strides or dilation, not both: then every stride-th of all places is taken. */
function strided(geometry: Geometry, convolve: (window: Window) => Tensor4D): Tensor4D {
  const { strides, paddings, dilations } = geometry
  const [top, left] = paddings
  const both = Math.max(...strides) > 1 && Math.max(...dilations) > 1
  const y = convolve([
    both ? [1, 1] : strides,
    [
      [0, 0],
      [top, top],
      [left, left],
      [0, 0],
    ],
    'NHWC',
    dilations,
    'floor',
  ])
  return both ? maxPool(y, 1, strides, 'valid') : y
}

function checkGroups(layer: string, groups: number, inputs: number, outputs: number): void {
  checkSizes(layer, { groups })
  if (inputs % groups === 0 && outputs % groups === 0) return
  throw new DlError('bad-option', {
    problem: `${layer} got ${groups} groups for ${inputs} channels in and ${outputs} out`,
    expected: 'a number that divides both',
  })
}

/**
 * Learnt filters over maps [N, H, W, inputs]. Initialised as PyTorch's: weight and bias uniform over
 * ±1/√(inputs / groups · rows · columns).
 *
 * @example
 * ```ts
 * import { Conv2d } from '@dl/layers'
 * import { zeros } from '@tensorflow/tfjs-core'
 *
 * const conv = new Conv2d(3, 20, 3, { stride: 2 })
 * const x = zeros([8, 32, 32, 3])
 * const y = conv.call(x)
 * y.shape // → 8,15,15,20
 * for (const owner of [x, y, conv]) owner.dispose()
 * ```
 */
export class Conv2d extends Module {
  /** [rows, columns, inputs / groups, outputs]; PyTorch's order in state dicts. */
  readonly weight: Parameter
  readonly bias: Parameter | null
  readonly #options: ConvOptions

  /**
   * @param inputs channels coming in
   * @param outputs channels going out
   * @param kernelSize of the filters
   */
  constructor(
    readonly inputs: number,
    readonly outputs: number,
    readonly kernelSize: Pair,
    { bias = true, ...options }: Conv2dOptions = {},
  ) {
    super()
    const { stride = 1, padding = 0, dilation = 1, groups = 1 } = options
    checkSizes('Conv2d', { inputs, outputs })
    checkGroups('Conv2d', groups, inputs, outputs)
    const kernel = pairOf('Conv2d', 'kernelSize', kernelSize)
    pairOf('Conv2d', 'stride', stride)
    pairOf('Conv2d', 'padding', padding, 0)
    pairOf('Conv2d', 'dilation', dilation)
    this.#options = options
    const shape = [...kernel, inputs / groups, outputs]
    const bound = 1 / Math.sqrt((inputs / groups) * kernel[0] * kernel[1])
    const values = uniform({ low: -bound, high: bound })
    this.weight = new Parameter(() => drawn(shape, values), { torchAxes: [3, 2, 0, 1] })
    this.bias = bias ? new Parameter(() => drawn([outputs], values)) : null
  }

  forward(x: Tensor): Tensor {
    checkMaps('Conv2d', x, this.inputs)
    return conv2d(x, this.weight.value, this.bias?.value ?? null, this.#options)
  }

  override describe(): string {
    const { stride = 1, padding = 0, dilation = 1, groups = 1 } = this.#options
    const shown = [
      `${this.inputs}, ${this.outputs}, ${showPair(this.kernelSize)}`,
      showPair(stride) !== '1' && `stride=${showPair(stride)}`,
      showPair(padding) !== '0' && `padding=${showPair(padding)}`,
      showPair(dilation) !== '1' && `dilation=${showPair(dilation)}`,
      groups !== 1 && `groups=${groups}`,
      this.bias === null && 'bias=false',
    ]
    return shown.filter(part => part !== false).join(', ')
  }
}
