// Reductions of x[outer, n, inner] over n, in chunks of fixed length added up in fixed order.
import { at, exp, load, loadOne, maxLanes, splat, store, storeOne, sumLanes } from './simd'

const CHUNK: i32 = 1024

/** Four lanes for each of `inner`'s columns j … j + 3 (or, with `one`, a single column). */
@inline
function column(op: i32, x: usize, n: i32, inner: i32, j: i32, one: bool): v128 {
  let total = op == 0 ? splat(0) : splat(-Infinity)
  for (let i0 = 0; i0 < n; i0 += 64) {
    const i1 = min(n, i0 + 64)
    let part = op == 0 ? splat(0) : splat(-Infinity)
    for (let i = i0; i < i1; i++) {
      const p = i * inner + j
      const y = one ? loadOne(x, p) : load(x, p)
      part = op == 0 ? f32x4.add(part, y) : f32x4.max(part, y)
    }
    total = op == 0 ? f32x4.add(total, part) : f32x4.max(total, part)
  }
  return total
}

/** Sums of the 16 columns from `x` on, in the same order as `column`: whole cache lines at a time. */
function sum16(x: usize, out: usize, n: i32, inner: i32, d: v128): void {
  let t0 = splat(0), t1 = splat(0), t2 = splat(0), t3 = splat(0)
  for (let i0 = 0; i0 < n; i0 += 64) {
    const i1 = min(n, i0 + 64)
    let s0 = splat(0), s1 = splat(0), s2 = splat(0), s3 = splat(0)
    for (let i = i0; i < i1; i++) {
      const p = at(x, i * inner)
      s0 = f32x4.add(s0, v128.load(p))
      s1 = f32x4.add(s1, v128.load(p, 16))
      s2 = f32x4.add(s2, v128.load(p, 32))
      s3 = f32x4.add(s3, v128.load(p, 48))
    }
    t0 = f32x4.add(t0, s0)
    t1 = f32x4.add(t1, s1)
    t2 = f32x4.add(t2, s2)
    t3 = f32x4.add(t3, s3)
  }
  v128.store(out, f32x4.div(t0, d))
  v128.store(out, f32x4.div(t1, d), 16)
  v128.store(out, f32x4.div(t2, d), 32)
  v128.store(out, f32x4.div(t3, d), 48)
}

function sumRow(x: usize, n: i32): f32 {
  let total: f64 = 0
  for (let i0 = 0; i0 < n; i0 += CHUNK) {
    const i1 = min(n, i0 + CHUNK)
    let s0 = splat(0), s1 = splat(0), s2 = splat(0), s3 = splat(0)
    let i = i0
    for (; i + 16 <= i1; i += 16) {
      s0 = f32x4.add(s0, load(x, i))
      s1 = f32x4.add(s1, load(x, i + 4))
      s2 = f32x4.add(s2, load(x, i + 8))
      s3 = f32x4.add(s3, load(x, i + 12))
    }
    let part = sumLanes(f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3)))
    for (; i < i1; i++) part += f32.load(at(x, i))
    total += part
  }
  return <f32>total
}

export function maxRow(x: usize, n: i32): f32 {
  let m = splat(-Infinity)
  let i = 0
  for (; i + 4 <= n; i += 4) m = f32x4.max(m, load(x, i))
  let top = maxLanes(m)
  for (; i < n; i++) top = max(top, f32.load(at(x, i)))
  return top
}

/** out[outer, inner] = the sum over n, divided by `divisor`. */
export function sum(x: usize, out: usize, outer: i32, n: i32, inner: i32, divisor: f32): void {
  for (let o = 0; o < outer; o++) {
    if (inner == 1) f32.store(at(out, o), sumRow(at(x, o * n), n) / divisor)
    else {
      const from = at(x, o * n * inner), to = at(out, o * inner)
      const d = splat(divisor)
      let j = 0
      for (; j + 16 <= inner; j += 16) sum16(at(from, j), at(to, j), n, inner, d)
      for (; j + 4 <= inner; j += 4) store(to, j, f32x4.div(column(0, from, n, inner, j, false), d))
      for (; j < inner; j++) storeOne(to, j, f32x4.div(column(0, from, n, inner, j, true), d))
    }
  }
}

/** out[outer, inner] = the largest over n; NaN where one is NaN. */
export function max_(x: usize, out: usize, outer: i32, n: i32, inner: i32): void {
  for (let o = 0; o < outer; o++) {
    if (inner == 1) f32.store(at(out, o), maxRow(at(x, o * n), n))
    else {
      const from = at(x, o * n * inner), to = at(out, o * inner)
      let j = 0
      for (; j + 4 <= inner; j += 4) store(to, j, column(1, from, n, inner, j, false))
      for (; j < inner; j++) storeOne(to, j, column(1, from, n, inner, j, true))
    }
  }
}

/** out = e^(x − shift) over a row; returns the sum. `out` may be 0 (the sum alone). */
export function expRow(x: usize, out: usize, n: i32, shift: f32): f32 {
  const s = splat(shift)
  let total = splat(0)
  let i = 0
  for (; i + 4 <= n; i += 4) {
    const e = exp(f32x4.sub(load(x, i), s))
    if (out != 0) store(out, i, e)
    total = f32x4.add(total, e)
  }
  let sum = sumLanes(total)
  for (; i < n; i++) {
    const e = exp(f32x4.sub(loadOne(x, i), s))
    if (out != 0) storeOne(out, i, e)
    sum += f32x4.extract_lane(e, 0)
  }
  return sum
}

/** Softmax over the rows of x[rows, n]. */
export function softmax(x: usize, out: usize, rows: i32, n: i32): void {
  for (let r = 0; r < rows; r++) {
    const from = at(x, r * n), to = at(out, r * n)
    const scale = splat(1 / expRow(from, to, n, maxRow(from, n)))
    let i = 0
    for (; i + 4 <= n; i += 4) store(to, i, f32x4.mul(load(to, i), scale))
    for (; i < n; i++) storeOne(to, i, f32x4.mul(loadOne(to, i), scale))
  }
}
