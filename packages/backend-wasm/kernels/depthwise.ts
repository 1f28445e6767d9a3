// Convolutions that keep channels apart: every channel has a filter of its own.
import { finish } from './activation'
import { endInside, firstInside, Geometry } from './geometry'
import { at, load, loadOne, madd, splat, store, storeOne } from './simd'

/** Rows of outputs from … to: out = activation(x · filter + bias), with as many outputs as channels. */
export function depthwise(
  g: Geometry, x: usize, filter: usize, out: usize, bias: usize, activation: i32, slopes: usize,
  from: i32, to: i32,
): void {
  const c = g.channels
  const plain = bias == 0 && activation == 0
  for (let unit = from; unit < to; unit++) {
    const image = unit / g.rows, row = unit - image * g.rows
    const y = row * g.strideY - g.top
    const i0 = firstInside(y, g.dilationY), i1 = min(g.filterHeight, endInside(y, g.dilationY, g.height))
    const line = at(out, image * g.imageStep + row * g.rowStep)
    for (let column = 0; column < g.columns; column++) {
      const left = column * g.strideX - g.left
      const j0 = firstInside(left, g.dilationX), j1 = min(g.filterWidth, endInside(left, g.dilationX, g.width))
      const corner = at(x, ((image * g.height + y) * g.width + left) * c)
      const result = at(line, column * g.columnStep)
      let k = 0
      for (; k + 16 <= c; k += 16) pixel16(g, at(corner, k), at(filter, k), at(result, k), i0, i1, j0, j1)
      for (; k + 4 <= c; k += 4) store(result, k, pixel(g, at(corner, k), at(filter, k), i0, i1, j0, j1, false))
      for (; k < c; k++) storeOne(result, k, pixel(g, at(corner, k), at(filter, k), i0, i1, j0, j1, true))
      if (!plain) finish(result, result, c, bias, activation, slopes)
    }
  }
}

/** Sixteen channels of one output. */
@inline
function pixel16(g: Geometry, x: usize, filter: usize, out: usize, i0: i32, i1: i32, j0: i32, j1: i32): void {
  let s0 = splat(0), s1 = splat(0), s2 = splat(0), s3 = splat(0)
  for (let i = i0; i < i1; i++) {
    for (let j = j0; j < j1; j++) {
      const a = tapOf(g, x, i, j), w = at(filter, (i * g.filterWidth + j) * g.channels)
      s0 = madd(v128.load(a), v128.load(w), s0)
      s1 = madd(v128.load(a, 16), v128.load(w, 16), s1)
      s2 = madd(v128.load(a, 32), v128.load(w, 32), s2)
      s3 = madd(v128.load(a, 48), v128.load(w, 48), s3)
    }
  }
  store(out, 0, s0)
  store(out, 4, s1)
  store(out, 8, s2)
  store(out, 12, s3)
}

/** Four channels of one output, or one. */
@inline
function pixel(g: Geometry, x: usize, filter: usize, i0: i32, i1: i32, j0: i32, j1: i32, one: bool): v128 {
  let sum = splat(0)
  for (let i = i0; i < i1; i++) {
    for (let j = j0; j < j1; j++) {
      const a = tapOf(g, x, i, j), w = at(filter, (i * g.filterWidth + j) * g.channels)
      sum = one ? madd(loadOne(a, 0), loadOne(w, 0), sum) : madd(load(a, 0), load(w, 0), sum)
    }
  }
  return sum
}

@inline
function tapOf(g: Geometry, corner: usize, i: i32, j: i32): usize {
  return at(corner, (i * g.dilationY * g.width + j * g.dilationX) * g.channels)
}

/**
 * The filter's gradient from `rows` rows of outputs for each of the units from … to, one beside the
 * other in out[unit, filterHeight, filterWidth, channels]. What to add up is cut by shape alone.
 */
export function depthwiseFilterGrad(
  g: Geometry, x: usize, dy: usize, out: usize, rows: i32, from: i32, to: i32,
): void {
  const size = g.filterHeight * g.filterWidth * g.channels
  const all = g.images * g.rows
  for (let unit = from; unit < to; unit++) {
    const part = at(out, unit * size)
    memory.fill(part, 0, <usize>size << 2)
    const end = min(all, (unit + 1) * rows)
    for (let r = unit * rows; r < end; r++) {
      const image = r / g.rows
      addRow(g, at(x, image * g.height * g.width * g.channels), r - image * g.rows, at(dy, r * g.columns * g.channels), part)
    }
  }
}

/** Adds to each tap's gradient what one row of outputs contributes. */
function addRow(g: Geometry, image: usize, row: i32, dy: usize, part: usize): void {
  const c = g.channels
  const y = row * g.strideY - g.top
  const i1 = min(g.filterHeight, endInside(y, g.dilationY, g.height))
  for (let i = firstInside(y, g.dilationY); i < i1; i++) {
    for (let j = 0; j < g.filterWidth; j++) {
      const offset = j * g.dilationX - g.left
      const first = firstInside(offset, g.strideX)
      const count = min(g.columns, endInside(offset, g.strideX, g.width)) - first
      if (count <= 0) continue
      const a = at(image, ((y + i * g.dilationY) * g.width + first * g.strideX + offset) * c)
      const b = at(dy, first * c)
      const to = at(part, (i * g.filterWidth + j) * c)
      let k = 0
      for (; k + 16 <= c; k += 16) dot16(at(a, k), g.strideX * c, at(b, k), c, count, at(to, k))
      for (; k + 4 <= c; k += 4) {
        store(to, k, f32x4.add(load(to, k), dot(at(a, k), g.strideX * c, at(b, k), c, count, false)))
      }
      for (; k < c; k++) {
        storeOne(to, k, f32x4.add(loadOne(to, k), dot(at(a, k), g.strideX * c, at(b, k), c, count, true)))
      }
    }
  }
}

/** Sixteen channels of Σ a · b over `count` pixels, added to `to`. */
@inline
function dot16(a: usize, stepA: i32, b: usize, stepB: i32, count: i32, to: usize): void {
  let s0 = splat(0), s1 = splat(0), s2 = splat(0), s3 = splat(0)
  for (; count > 0; count--) {
    s0 = madd(v128.load(a), v128.load(b), s0)
    s1 = madd(v128.load(a, 16), v128.load(b, 16), s1)
    s2 = madd(v128.load(a, 32), v128.load(b, 32), s2)
    s3 = madd(v128.load(a, 48), v128.load(b, 48), s3)
    a = at(a, stepA)
    b = at(b, stepB)
  }
  store(to, 0, f32x4.add(load(to, 0), s0))
  store(to, 4, f32x4.add(load(to, 4), s1))
  store(to, 8, f32x4.add(load(to, 8), s2))
  store(to, 12, f32x4.add(load(to, 12), s3))
}

/** Four channels of Σ a · b over `count` pixels, or one. */
@inline
function dot(a: usize, stepA: i32, b: usize, stepB: i32, count: i32, one: bool): v128 {
  let sum = splat(0)
  for (; count > 0; count--) {
    sum = one ? madd(loadOne(a, 0), loadOne(b, 0), sum) : madd(load(a, 0), load(b, 0), sum)
    a = at(a, stepA)
    b = at(b, stepB)
  }
  return sum
}
