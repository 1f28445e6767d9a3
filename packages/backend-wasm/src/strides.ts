/** Shapes and strides: how broadcasting and rearranging become loops over four dimensions. */

/** Up to four dimensions and, per operand, the distance between neighbours in each (0: repeated). */
export interface Loop {
  sizes: number[]
  strides: number[][]
}

/** Row-major strides. */
export function stridesOf(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length)
  let step = 1
  for (let i = shape.length - 1; i >= 0; i--) {
    strides[i] = step
    step *= shape[i]!
  }
  return strides
}

/** Strides that read a tensor of `shape` as if it had the shape `to`, which it broadcasts to. */
export function broadcastStrides(shape: readonly number[], to: readonly number[]): number[] {
  const own = stridesOf(shape)
  const missing = to.length - shape.length
  return to.map((_, i) => (i < missing || shape[i - missing] === 1 ? 0 : own[i - missing]!))
}

/**
 * Merges neighbouring dimensions that every operand steps through evenly and pads to four.
 * Null if more than four remain.
 */
export function collapse(shape: readonly number[], operands: readonly number[][]): Loop | null {
  const sizes: number[] = []
  const strides: number[][] = operands.map(() => [])
  for (let i = 0; i < shape.length; i++) {
    const size = shape[i]!
    if (size === 1) continue
    const last = sizes.length - 1
    const even = last >= 0 && operands.every((own, o) => strides[o]![last] === own[i]! * size)
    if (even) {
      sizes[last]! *= size
      operands.forEach((own, o) => {
        strides[o]![last] = own[i]!
      })
    } else {
      sizes.push(size)
      operands.forEach((own, o) => {
        strides[o]!.push(own[i]!)
      })
    }
  }
  if (sizes.length > 4) return null
  while (sizes.length < 4) {
    sizes.unshift(1)
    for (const own of strides) own.unshift(0)
  }
  return { sizes, strides }
}
