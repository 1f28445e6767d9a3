/** A constant's numbers with its axes in another order, as a transposition in the file would give them. */
export function permuted(
  data: ArrayLike<number>,
  shape: readonly number[],
  perm: readonly number[],
): ArrayLike<number> {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1))
  const sizes = perm.map(axis => shape[axis]!)
  const steps = perm.map(axis => strides[axis]!)
  const result = new Float64Array(data.length)
  const place = sizes.map(() => 0)
  let from = 0
  for (let to = 0; to < result.length; to++) {
    result[to] = data[from]!
    for (let axis = sizes.length - 1; axis >= 0; axis--) {
      from += steps[axis]!
      if (++place[axis]! < sizes[axis]!) break
      from -= steps[axis]! * sizes[axis]!
      place[axis] = 0
    }
  }
  return result
}
