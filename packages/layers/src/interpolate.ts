/** Maps in another size: `torch.nn.functional.interpolate`. */
import { DlError, showShape } from '@dl/core'
import { matMul, reshape, type Tensor, tensor, tidy } from '@tensorflow/tfjs-core'
import { checkChoice, checkFloat, checkMaps, checkNumbers } from './checks'
import { Module } from './module'
import { withDefaults } from './options'
import { type Pair, pairOf, showPair } from './pair'

export interface InterpolateOptions {
  /** The size that comes out: a number, or `[rows, columns]`. Either it or `scaleFactor` is needed. */
  size?: Pair
  /** How many times as large the maps become, each way; a fraction of a pixel is left out. */
  scaleFactor?: Pair
  /** The pixel at the place, or what lies between the pixels around it (default 'nearest'). */
  mode?: 'nearest' | 'bilinear'
  /** Whether corners stay corners, for 'bilinear' (default false: borders of pixels stay borders). */
  alignCorners?: boolean
}

type Plan = Required<Pick<InterpolateOptions, 'mode' | 'alignCorners'>> & {
  size: [number, number] | null
  scale: [number, number] | null
}

/**
 * Maps [N, H, W, C] brought to another size, as PyTorch does it, weights of pixels included.
 *
 * Each axis is a product with a matrix that is zeros but for one or two weights a row: that way the
 * gradient is right on every backend, where tfjs' own resizing of pictures has faults in its.
 *
 * @param x float32 [N, H, W, C]
 * @throws DlError `bad-option`, `shape-mismatch`, `bad-dtype`
 *
 * @example
 * ```ts
 * import { interpolate } from '@dl/layers'
 * import { tensor } from '@tensorflow/tfjs-core'
 *
 * const x = tensor([0, 4], [1, 1, 2, 1])
 * const near = interpolate(x, { scaleFactor: [1, 2] })
 * String(await near.data()) // → 0,0,4,4
 * const between = interpolate(x, { size: [1, 3], mode: 'bilinear', alignCorners: true })
 * String(await between.data()) // → 0,2,4
 * for (const t of [x, near, between]) t.dispose()
 * ```
 */
export function interpolate(x: Tensor, options: InterpolateOptions): Tensor {
  const plan = planOf('interpolate', options)
  checkMaps('interpolate', x)
  checkFloat('interpolate', x)
  const [batch, height, width, channels] = x.shape as [number, number, number, number]
  const [rows, columns] = plan.size ?? [
    Math.floor(height * plan.scale![0]),
    Math.floor(width * plan.scale![1]),
  ]
  if (Math.min(height, width, rows, columns) < 1) {
    throw new DlError('shape-mismatch', {
      problem: `interpolate got maps of shape ${showShape(x.shape)} to bring to ${rows} × ${columns}`,
      expected: 'at least 1 × 1 before and after',
    })
  }
  // tfjs-cpu multiplies one matrix where there is none
  if (batch === 0) return reshape(x, [0, rows, columns, channels])
  return tidy(() => {
    const across = weights(width, columns, plan.scale?.[1], plan)
    const wide = matMul(across, reshape(x, [batch * height, width, channels]))
    const down = weights(height, rows, plan.scale?.[0], plan)
    const y = matMul(down, reshape(wide, [batch, height, columns * channels]))
    return reshape(y, [batch, rows, columns, channels])
  })
}

function planOf(layer: string, options: InterpolateOptions): Plan {
  const { size, scaleFactor, mode, alignCorners } = withDefaults(layer, options, {
    size: undefined,
    scaleFactor: undefined,
    mode: 'nearest',
    alignCorners: false,
  })
  checkChoice(layer, 'mode', mode, ['nearest', 'bilinear'])
  const complain = (problem: string, expected: string) => {
    throw new DlError('bad-option', { problem: `${layer} got ${problem}`, expected })
  }
  if (alignCorners && mode === 'nearest') {
    complain("alignCorners with mode 'nearest'", "mode 'bilinear' for it")
  }
  if ((size === undefined) === (scaleFactor === undefined)) {
    complain(
      size === undefined ? 'neither size nor scaleFactor' : 'both size and scaleFactor',
      'one of the two',
    )
  }
  if (size !== undefined) {
    return { size: pairOf(layer, 'size', size), scale: null, mode, alignCorners }
  }
  const factors = Array.isArray(scaleFactor) ? scaleFactor : [scaleFactor, scaleFactor]
  if (factors.length !== 2) complain(`${factors.length} scale factors`, 'one, or [rows, columns]')
  for (const factor of factors) {
    checkNumbers(layer, { scaleFactor: factor }, 'a number above 0', value => value > 0)
  }
  return { size: null, scale: [factors[0], factors[1]], mode, alignCorners }
}

/** [1, after, before]: what each new pixel of an axis takes from each old one. Places in float32, as PyTorch's. */
function weights(
  before: number,
  after: number,
  factor: number | undefined,
  { mode, alignCorners }: Plan,
): Tensor {
  const values = new Float32Array(after * before)
  const step = Math.fround(factor === undefined ? before / after : 1 / factor)
  for (let i = 0; i < after; i++) {
    const row = i * before
    if (mode === 'nearest') {
      values[row + Math.min(Math.floor(Math.fround(i * step)), before - 1)] = 1
      continue
    }
    const place = alignCorners
      ? (i * (before - 1)) / Math.max(after - 1, 1)
      : Math.max((i + 0.5) * step - 0.5, 0)
    const low = Math.min(Math.floor(place), before - 1)
    const high = Math.min(low + 1, before - 1)
    const share = place - low
    values[row + low] = 1 - share
    values[row + high]! += share
  }
  return tensor(values, [1, after, before])
}

/**
 * {@link interpolate} as a layer, by which decoders of maps grow: `torch.nn.Upsample`.
 *
 * @example
 * ```ts
 * import { Upsample } from '@dl/layers'
 * import { zeros } from '@tensorflow/tfjs-core'
 *
 * const up = new Upsample({ scaleFactor: 2, mode: 'bilinear' })
 * const x = zeros([1, 7, 7, 64])
 * const y = up.call(x)
 * y.shape // → 1,14,14,64
 * x.dispose()
 * y.dispose()
 * ```
 */
export class Upsample extends Module {
  readonly #options: InterpolateOptions

  constructor(options: InterpolateOptions) {
    super()
    planOf('Upsample', options)
    this.#options = { ...options }
  }

  forward(x: Tensor): Tensor {
    return interpolate(x, this.#options)
  }

  override describe(): string {
    const { size, scaleFactor, mode = 'nearest', alignCorners } = this.#options
    return [
      size === undefined ? `scaleFactor=${showPair(scaleFactor!)}` : `size=${showPair(size)}`,
      `mode=${mode}`,
      ...(alignCorners ? ['alignCorners=true'] : []),
    ].join(', ')
  }
}
