/** Convolution over sequences [N, L, C]: that over maps of one row. */
import { DlError, showShape } from '@dl/core'
import { reshape, type Tensor, tidy } from '@tensorflow/tfjs-core'
import { checkFloat, checkNumbers, checkSequences, checkSizes } from './checks'
import { ConvLayer } from './conv-layer'
import { CONV_DEFAULTS, conv2d } from './conv2d'
import { withDefaults } from './options'

/** The sizes of {@link conv1d}, each a number. */
export interface Conv1dSizes {
  /** How far the window moves (default 1). */
  stride?: number
  /** Zeros on each side (default 0). */
  padding?: number
  /** Distance of the filter's taps (default 1). */
  dilation?: number
  /** Into how many parts the channels are divided, each with filters of its own (default 1). */
  groups?: number
}

export interface Conv1dOptions extends Conv1dSizes {
  /** Whether to add a learnt bias (default true). */
  bias?: boolean
}

/**
 * Slides filters over sequences: `torch.nn.functional.conv1d`, channels last.
 *
 * @param x float32 [N, L, inputs]
 * @param weight [size, inputs / groups, outputs]
 * @param bias [outputs], or null
 * @returns [N, L′, outputs] with L′ = ⌊(L + 2·padding − dilation·(size − 1) − 1) / stride⌋ + 1
 * @throws DlError `shape-mismatch`, `bad-dtype`, `bad-option`
 *
 * @example
 * ```ts
 * import { conv1d } from '@dl/layers'
 * import { ones } from '@tensorflow/tfjs-core'
 *
 * const [x, weight] = [ones([1, 5, 1]), ones([3, 1, 1])]
 * const y = conv1d(x, weight, null, { padding: 1 })
 * String(await y.data()) // → 2,3,3,3,2
 * for (const t of [x, weight, y]) t.dispose()
 * ```
 */
export function conv1d(
  x: Tensor,
  weight: Tensor,
  bias: Tensor | null = null,
  options: Conv1dSizes = {},
): Tensor {
  checkSequences('conv1d', x)
  checkFloat('conv1d', x)
  checkWeight(x, weight)
  const { stride, padding, dilation, groups } = sizesOf('conv1d', options)
  const [batch, length, inputs] = x.shape as [number, number, number]
  const span = dilation * (weight.shape[0]! - 1) + 1
  if (length + 2 * padding < span) {
    throw new DlError('shape-mismatch', {
      problem: `conv1d got a sequence of length ${length + 2 * padding} with its padding`,
      expected: `at least its window, ${span}`,
    })
  }
  return tidy(() => {
    const row = reshape(x, [batch, 1, length, inputs])
    const y = conv2d(row, reshape(weight, [1, ...weight.shape]), bias, {
      stride: [1, stride],
      padding: [0, padding],
      dilation: [1, dilation],
      groups,
    })
    return reshape(y, [batch, y.shape[2]!, y.shape[3]!])
  })
}

function checkWeight(x: Tensor, weight: Tensor): void {
  checkFloat('conv1d', weight, 'a weight')
  if (weight.rank === 3) return
  throw new DlError('shape-mismatch', {
    problem: `conv1d got sequences of shape ${showShape(x.shape)} and a weight of ${showShape(weight.shape)}`,
    expected: 'a weight of [size, inputs / groups, outputs]',
  })
}

function sizesOf(layer: string, options: Conv1dSizes): Required<Conv1dSizes> {
  const sizes = withDefaults(layer, options, CONV_DEFAULTS)
  const { padding, ...positive } = sizes
  checkSizes(layer, positive)
  checkNumbers(layer, { padding }, 'an integer of at least 0', n => Number.isInteger(n) && n >= 0)
  return sizes
}

/**
 * Learnt filters over sequences [N, L, inputs]. Initialised as PyTorch's.
 *
 * @example
 * ```ts
 * import { Conv1d } from '@dl/layers'
 * import { zeros } from '@tensorflow/tfjs-core'
 *
 * const conv = new Conv1d(42, 64, 3, { padding: 1 })
 * const x = zeros([8, 70, 42]) // batch, length, channels
 * const y = conv.call(x)
 * y.shape // → 8,70,64
 * for (const owner of [x, y, conv]) owner.dispose()
 * ```
 */
export class Conv1d extends ConvLayer {
  readonly #sizes: Conv1dSizes

  /**
   * @param inputs channels coming in
   * @param outputs channels going out
   * @param kernelSize the length of the filters
   */
  constructor(inputs: number, outputs: number, kernelSize: number, options: Conv1dOptions = {}) {
    const complete = withDefaults('Conv1d', options, { ...CONV_DEFAULTS, bias: true })
    const { bias: _, ...sizes } = complete
    sizesOf('Conv1d', sizes)
    checkSizes('Conv1d', { kernelSize })
    super(inputs, outputs, kernelSize, [kernelSize], complete)
    this.#sizes = sizes
  }

  forward(x: Tensor): Tensor {
    checkSequences('Conv1d', x, this.inputs)
    return conv1d(x, this.weight.value, this.bias?.value ?? null, this.#sizes)
  }
}
