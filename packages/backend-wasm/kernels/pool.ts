// Pooling of images, each channel by itself. What a window has outside the image counts for nothing.
import { Geometry } from './geometry'
import { at, get, put, splat } from './simd'

@inline
function join(largest: bool, a: v128, b: v128): v128 {
  return largest ? f32x4.pmax(a, b) : f32x4.add(a, b)
}

/** Marks the lanes of NaNs, over which pmax passes. */
@inline
function mark(largest: bool, nans: v128, b: v128): v128 {
  return largest ? v128.or(nans, f32x4.ne(b, b)) : nans
}

@inline
function pooled(largest: bool, v: v128, nans: v128, count: v128): v128 {
  return largest ? v128.or(v, nans) : f32x4.div(v, count)
}

/** The largest values in a part of the image or the means, of four channels or one. */
@inline
function pool4(
  largest: bool, one: bool, x: usize, out: usize, row: i32, channels: i32, rows: i32, columns: i32, count: v128,
): void {
  let v = splat(largest ? -Infinity : 0), nans = splat(0)
  for (let r = 0; r < rows; r++) {
    let p = r * row
    for (let c = 0; c < columns; c++) {
      const b = get(one, x, p)
      v = join(largest, v, b)
      nans = mark(largest, nans, b)
      p += channels
    }
  }
  put(one, out, 0, pooled(largest, v, nans, count))
}

/** The same for sixteen channels at once, as windows are small and their loops cost more than the values. */
@inline
function pool16(
  largest: bool, x: usize, out: usize, row: i32, channels: i32, rows: i32, columns: i32, count: v128,
): void {
  const none = splat(largest ? -Infinity : 0)
  let v0 = none, v1 = none, v2 = none, v3 = none
  let n0 = splat(0), n1 = n0, n2 = n0, n3 = n0
  for (let r = 0; r < rows; r++) {
    let p = at(x, r * row)
    for (let c = 0; c < columns; c++) {
      const b0 = v128.load(p)
      v0 = join(largest, v0, b0)
      n0 = mark(largest, n0, b0)
      const b1 = v128.load(p, 16)
      v1 = join(largest, v1, b1)
      n1 = mark(largest, n1, b1)
      const b2 = v128.load(p, 32)
      v2 = join(largest, v2, b2)
      n2 = mark(largest, n2, b2)
      const b3 = v128.load(p, 48)
      v3 = join(largest, v3, b3)
      n3 = mark(largest, n3, b3)
      p = at(p, channels)
    }
  }
  v128.store(out, pooled(largest, v0, n0, count))
  v128.store(out, pooled(largest, v1, n1, count), 16)
  v128.store(out, pooled(largest, v2, n2, count), 32)
  v128.store(out, pooled(largest, v3, n3, count), 48)
}

@inline
function poolRows(largest: bool, g: Geometry, x: usize, out: usize, from: i32, to: i32): void {
  const c = g.channels, row = g.width * c
  for (let o = from; o < to; o++) {
    const image = o / g.rows, y = (o - image * g.rows) * g.strideY - g.top
    const y0 = max(0, y), rows = max(0, min(g.height, y + g.filterHeight) - y0)
    for (let i = 0; i < g.columns; i++) {
      const u = i * g.strideX - g.left
      const u0 = max(0, u), columns = max(0, min(g.width, u + g.filterWidth) - u0)
      const src = at(x, ((image * g.height + y0) * g.width + u0) * c), dst = at(out, (o * g.columns + i) * c)
      const count = splat(<f32>(rows * columns))
      let j = 0
      for (; j + 16 <= c; j += 16) pool16(largest, at(src, j), at(dst, j), row, c, rows, columns, count)
      for (; j + 4 <= c; j += 4) pool4(largest, false, at(src, j), at(dst, j), row, c, rows, columns, count)
      for (; j < c; j++) pool4(largest, true, at(src, j), at(dst, j), row, c, rows, columns, count)
    }
  }
}

/** Rows of outputs from … to: the largest values, or the means of what lies inside. */
export function pool(g: Geometry, largest: bool, x: usize, out: usize, from: i32, to: i32): void {
  if (largest) poolRows(true, g, x, out, from, to)
  else poolRows(false, g, x, out, from, to)
}

/**
 * What one value of dy does to dx: it goes to the first place in the window that holds the largest
 * value y, or with `share` of its size to every place.
 */
@inline
function spread(
  largest: bool, one: bool, x: usize, y: usize, dy: usize, share: v128, dx: usize,
  row: i32, channels: i32, rows: i32, columns: i32,
): void {
  const whole = get(one, dy, 0)
  const best = largest ? get(one, y, 0) : whole
  let open = i32x4.splat(-1)
  for (let r = 0; r < rows; r++) {
    let p = r * row
    for (let c = 0; c < columns; c++) {
      let flow: v128
      if (largest) {
        const hit = v128.and(open, f32x4.eq(get(one, x, p), best))
        open = v128.andnot(open, hit)
        flow = v128.and(whole, hit)
      } else flow = f32x4.mul(whole, share)
      put(one, dx, p, f32x4.add(get(one, dx, p), flow))
      p += channels
    }
  }
}

/** Sets `width` channels of every pixel to 0. */
function clear(dx: usize, pixels: i32, channels: i32, width: i32): void {
  if (width == channels) {
    memory.fill(dx, 0, <usize>(pixels * channels) << 2)
    return
  }
  for (let p = 0; p < pixels; p++) {
    const dst = at(dx, p * channels)
    for (let j = 0; j < width; j++) f32.store(at(dst, j), 0)
  }
}

@inline
function spreadImage(largest: bool, g: Geometry, x: usize, y: usize, dy: usize, dx: usize, width: i32): void {
  const c = g.channels, row = g.width * c
  const share = splat(1 / <f32>(g.filterHeight * g.filterWidth))
  clear(dx, g.height * g.width, c, width)
  for (let o = 0; o < g.rows; o++) {
    const v = o * g.strideY - g.top
    const v0 = max(0, v), rows = max(0, min(g.height, v + g.filterHeight) - v0)
    for (let i = 0; i < g.columns; i++) {
      const u = i * g.strideX - g.left
      const u0 = max(0, u), columns = max(0, min(g.width, u + g.filterWidth) - u0)
      const inside = (v0 * g.width + u0) * c, outside = (o * g.columns + i) * c
      const xs = at(x, inside), dxs = at(dx, inside), ys = at(y, outside), dys = at(dy, outside)
      let j = 0
      for (; j + 4 <= width; j += 4) {
        spread(largest, false, at(xs, j), at(ys, j), at(dys, j), share, at(dxs, j), row, c, rows, columns)
      }
      for (; j < width; j++) {
        spread(largest, true, at(xs, j), at(ys, j), at(dys, j), share, at(dxs, j), row, c, rows, columns)
      }
    }
  }
}

/**
 * The gradient dx of `pool` from dy and, for the largest values, from x and the result y. A unit is
 * `width` channels of an image. Means get dy / (window's size), also at the border.
 */
export function poolGrad(
  g: Geometry, largest: bool, x: usize, y: usize, dy: usize, dx: usize, width: i32, from: i32, to: i32,
): void {
  const groups = (g.channels + width - 1) / width
  for (let unit = from; unit < to; unit++) {
    const image = unit / groups, j = (unit - image * groups) * width
    const inside = image * g.height * g.width * g.channels + j
    const outside = image * g.rows * g.columns * g.channels + j
    const xs = at(x, inside), dxs = at(dx, inside), ys = at(y, outside), dys = at(dy, outside)
    const n = min(width, g.channels - j)
    if (largest) spreadImage(true, g, xs, ys, dys, dxs, n)
    else spreadImage(false, g, xs, ys, dys, dxs, n)
  }
}
