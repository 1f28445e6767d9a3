/** Padding of maps [N, H, W, C] by zeros and by their own mirror image. */
import { DlError, showValue } from '@dl/core'
import { clone, concat, pad, reverse, slice, type Tensor, tidy } from '@tensorflow/tfjs-core'
import { checkFloat, checkMaps } from './checks'
import { Module } from './module'
import { withDefaults } from './options'
import { type Pair, pairOf, showPair } from './pair'

/** How many rows and columns are added on each side (default 0). */
export interface Sides {
  top?: number
  bottom?: number
  left?: number
  right?: number
}

/** The same number on all sides, `[rows, columns]` on both sides each, or a number for each side. */
export type Padding = Pair | Sides

const NONE = { top: 0, bottom: 0, left: 0, right: 0 } as const

function sidesOf(layer: string, padding: Padding): Required<Sides> {
  if (typeof padding === 'object' && padding !== null && !Array.isArray(padding)) {
    const sides = withDefaults(layer, padding as Sides, NONE)
    for (const [name, side] of Object.entries(sides)) pairOf(layer, name, side, 0)
    return sides
  }
  if (Array.isArray(padding) && padding.length === 4) {
    throw new DlError('bad-option', {
      problem: `${layer} got padding ${showValue(padding)}`,
      expected: 'a number, [rows, columns], or the sides by name',
      fix: 'PyTorch has left, right, top and bottom in this order: pass { left, right, top, bottom }.',
    })
  }
  const [rows, columns] = pairOf(layer, 'padding', padding as Pair, 0)
  return { top: rows, bottom: rows, left: columns, right: columns }
}

/**
 * Maps with zeros around them: `torch.nn.functional.pad`.
 *
 * @param x float32 [N, H, W, C]
 * @returns [N, top + H + bottom, left + W + right, C]
 * @throws DlError `shape-mismatch`, `bad-dtype`, `bad-option`
 *
 * @example
 * ```ts
 * import { zeroPad2d } from '@dl/layers'
 * import { tensor } from '@tensorflow/tfjs-core'
 *
 * const x = tensor([1, 2], [1, 1, 2, 1])
 * const y = zeroPad2d(x, { right: 2 })
 * String(await y.data()) // → 1,2,0,0
 * x.dispose()
 * y.dispose()
 * ```
 */
export function zeroPad2d(x: Tensor, padding: Padding): Tensor {
  const { top, bottom, left, right } = sidesOf('zeroPad2d', padding)
  checkMaps('zeroPad2d', x)
  checkFloat('zeroPad2d', x)
  return pad(x, [
    [0, 0],
    [top, bottom],
    [left, right],
    [0, 0],
  ])
}

/**
 * Maps with their mirror image around them, in which the pixels at the border are not repeated:
 * `torch.nn.functional.pad` with mode 'reflect'.
 *
 * @param x float32 [N, H, W, C], larger than the padding
 * @returns [N, top + H + bottom, left + W + right, C]
 * @throws DlError `shape-mismatch`, `bad-dtype`, `bad-option`
 *
 * @example
 * ```ts
 * import { reflectionPad2d } from '@dl/layers'
 * import { tensor } from '@tensorflow/tfjs-core'
 *
 * const x = tensor([1, 2, 3], [1, 1, 3, 1])
 * const y = reflectionPad2d(x, [0, 2])
 * String(await y.data()) // → 3,2,1,2,3,2,1
 * x.dispose()
 * y.dispose()
 * ```
 */
export function reflectionPad2d(x: Tensor, padding: Padding): Tensor {
  const { top, bottom, left, right } = sidesOf('reflectionPad2d', padding)
  checkMaps('reflectionPad2d', x)
  checkFloat('reflectionPad2d', x)
  const [, height = 0, width = 0] = x.shape
  if (Math.max(top, bottom) >= height || Math.max(left, right) >= width) {
    throw new DlError('shape-mismatch', {
      problem: `reflectionPad2d got maps of ${height} × ${width} for padding of ${Math.max(top, bottom)} rows and ${Math.max(left, right)} columns`,
      expected: 'maps larger than the padding on each side',
    })
  }
  return tidy(() => mirrored(mirrored(x, 1, top, bottom), 2, left, right))
}

/** Out of pieces, as tfjs' gradient of `mirrorPad` knows nothing of what was mirrored. */
function mirrored(x: Tensor, axis: 1 | 2, before: number, after: number): Tensor {
  const length = x.shape[axis]!
  const piece = (from: number, size: number) => {
    const begin = x.shape.map((_, other) => (other === axis ? from : 0))
    const sizes = x.shape.map((n, other) => (other === axis ? size : n))
    return reverse(slice(x, begin, sizes), axis)
  }
  const pieces = [
    ...(before > 0 ? [piece(1, before)] : []),
    x,
    ...(after > 0 ? [piece(length - 1 - after, after)] : []),
  ]
  return pieces.length > 1 ? concat(pieces, axis) : clone(x)
}

abstract class Pad2d extends Module {
  protected readonly sides: Required<Sides>

  /** @param padding a number for all sides, `[rows, columns]`, or a number for each side */
  constructor(padding: Padding) {
    super()
    this.sides = sidesOf(new.target.name, padding)
  }

  override describe(): string {
    const { top, bottom, left, right } = this.sides
    if (top === bottom && left === right) return showPair([top, left])
    return Object.entries(this.sides)
      .map(side => side.join('='))
      .join(', ')
  }
}

/** {@link zeroPad2d} as a layer. */
export class ZeroPad2d extends Pad2d {
  forward(x: Tensor): Tensor {
    return zeroPad2d(x, this.sides)
  }
}

/** {@link reflectionPad2d} as a layer. */
export class ReflectionPad2d extends Pad2d {
  forward(x: Tensor): Tensor {
    return reflectionPad2d(x, this.sides)
  }
}
