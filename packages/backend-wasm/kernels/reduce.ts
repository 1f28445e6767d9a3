// Reductions over n of x[outer, n, inner], in parts of fixed length put together in fixed order.
import { at, exp, get, load, loadOne, maxLanes, splat, store, storeOne, sumLanes } from './simd'

const CHUNK: i32 = 1024
const SUM: i32 = 0

/** Sums of columns j … j + 3 (or, with `one`, of a single column). */
@inline
function column(x: usize, n: i32, inner: i32, j: i32, one: bool): v128 {
  let total = splat(0)
  for (let i0 = 0; i0 < n; i0 += 64) {
    const i1 = min(n, i0 + 64)
    let part = splat(0)
    for (let i = i0; i < i1; i++) part = f32x4.add(part, get(one, x, i * inner + j))
    total = f32x4.add(total, part)
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

// A maximum that keeps NaN takes eight instructions, one after the other, on x86. So pmax, which takes
// one, passes over NaN in x, and another two note it.

@inline
function isNaN4(x: v128): v128 {
  return f32x4.ne(x, x)
}

@inline
function withNaN(top: v128, odd: v128): v128 {
  return v128.or(top, odd) // all bits set are a NaN
}

/** The largest value of a row, NaN where one is NaN. */
export function maxRow(x: usize, n: i32): f32 {
  let m0 = splat(-Infinity), m1 = m0, odd0 = splat(0), odd1 = odd0
  let i = 0
  for (; i + 8 <= n; i += 8) {
    const a = load(x, i), b = load(x, i + 4)
    m0 = f32x4.pmax(m0, a)
    m1 = f32x4.pmax(m1, b)
    odd0 = v128.or(odd0, isNaN4(a))
    odd1 = v128.or(odd1, isNaN4(b))
  }
  let top = maxLanes(withNaN(f32x4.pmax(m0, m1), v128.or(odd0, odd1)))
  for (; i < n; i++) top = max(top, f32.load(at(x, i)))
  return top
}

/**
 * Parts from … to of a reduction. The rows of x[outer, n, inner] are cut into stretches of `length`,
 * the columns into groups of `width`; out[outer, stretches, inner] is each stretch's sum (op 0),
 * divided by `divisor`, or its largest value (NaN where one is NaN).
 */
export function reduce(
  op: i32, x: usize, out: usize, n: i32, inner: i32, length: i32, width: i32, divisor: f32, from: i32, to: i32,
): void {
  const stretches = max(1, (n + length - 1) / length), groups = (inner + width - 1) / width
  for (let part = from; part < to; part++) {
    const s = part / groups, o = s / stretches
    const i0 = (s - o * stretches) * length, j0 = (part - s * groups) * width
    const src = at(x, (o * n + i0) * inner), dst = at(out, s * inner)
    const rows = min(length, n - i0), end = min(inner, j0 + width)
    if (op == SUM) sumColumns(src, dst, rows, inner, j0, end, divisor)
    else maxColumns(src, dst, rows, inner, j0, end)
  }
}

function sumColumns(x: usize, out: usize, n: i32, inner: i32, j: i32, end: i32, divisor: f32): void {
  if (inner == 1) {
    f32.store(out, sumRow(x, n) / divisor)
    return
  }
  const d = splat(divisor)
  for (; j + 16 <= end; j += 16) sum16(at(x, j), at(out, j), n, inner, d)
  for (; j + 4 <= end; j += 4) store(out, j, f32x4.div(column(x, n, inner, j, false), d))
  for (; j < end; j++) storeOne(out, j, f32x4.div(column(x, n, inner, j, true), d))
}

function maxColumns(x: usize, out: usize, n: i32, inner: i32, j: i32, end: i32): void {
  if (inner == 1) {
    f32.store(out, maxRow(x, n))
    return
  }
  for (; j + 16 <= end; j += 16) max16(at(x, j), at(out, j), n, inner)
  for (; j + 4 <= end; j += 4) store(out, j, maxColumn(x, n, inner, j, false))
  for (; j < end; j++) storeOne(out, j, maxColumn(x, n, inner, j, true))
}

/** The largest values of columns j … j + 3 (or, with `one`, of a single column). */
@inline
function maxColumn(x: usize, n: i32, inner: i32, j: i32, one: bool): v128 {
  let top = splat(-Infinity), odd = splat(0)
  for (let i = 0; i < n; i++) {
    const v = get(one, x, i * inner + j)
    top = f32x4.pmax(top, v)
    odd = v128.or(odd, isNaN4(v))
  }
  return withNaN(top, odd)
}

/** The largest values of the 16 columns from `x` on: whole cache lines at a time. */
function max16(x: usize, out: usize, n: i32, inner: i32): void {
  let t0 = splat(-Infinity), t1 = t0, t2 = t0, t3 = t0
  let o0 = splat(0), o1 = o0, o2 = o0, o3 = o0
  for (let i = 0; i < n; i++) {
    const p = at(x, i * inner)
    const a = v128.load(p), b = v128.load(p, 16), c = v128.load(p, 32), d = v128.load(p, 48)
    t0 = f32x4.pmax(t0, a)
    t1 = f32x4.pmax(t1, b)
    t2 = f32x4.pmax(t2, c)
    t3 = f32x4.pmax(t3, d)
    o0 = v128.or(o0, isNaN4(a))
    o1 = v128.or(o1, isNaN4(b))
    o2 = v128.or(o2, isNaN4(c))
    o3 = v128.or(o3, isNaN4(d))
  }
  v128.store(out, withNaN(t0, o0))
  v128.store(out, withNaN(t1, o1), 16)
  v128.store(out, withNaN(t2, o2), 32)
  v128.store(out, withNaN(t3, o3), 48)
}

/**
 * Columns from … to of out[outer, inner] = where the first largest value of x[outer, n, inner] stands.
 * As in PyTorch, nothing is larger than a NaN.
 */
export function argMax(x: usize, out: usize, n: i32, inner: i32, from: i32, to: i32): void {
  for (let column = from; column < to; column++) {
    const o = column / inner, src = at(x, o * n * inner + column - o * inner)
    let best = 0, top = f32.load(src)
    for (let i = 1; i < n; i++) {
      const value = f32.load(at(src, i * inner))
      if (top == top && !(value <= top)) {
        top = value
        best = i
      }
    }
    i32.store(at(out, column), best)
  }
}

/** out = e^(x − shift) over a row; returns the sum, in float32 over so many elements as `sumRow` adds. */
export function expRow(x: usize, out: usize, n: i32, shift: f32): f32 {
  const s = splat(shift)
  let sum: f64 = 0, i = 0
  while (i < n) {
    const end = min(n, i + CHUNK / 4)
    let total = splat(0)
    for (; i + 4 <= end; i += 4) {
      const e = exp(f32x4.sub(load(x, i), s))
      store(out, i, e)
      total = f32x4.add(total, e)
    }
    let part = sumLanes(total)
    for (; i < end; i++) {
      const e = exp(f32x4.sub(loadOne(x, i), s))
      storeOne(out, i, e)
      part += f32x4.extract_lane(e, 0)
    }
    sum += part
  }
  return <f32>sum
}

/** Rows from … to of the softmax of x[any, n]. */
export function softmax(x: usize, out: usize, n: i32, from: i32, to: i32): void {
  for (let r = from; r < to; r++) {
    const src = at(x, r * n), dst = at(out, r * n)
    const scale = splat(1 / expRow(src, dst, n, maxRow(src, n)))
    let i = 0
    for (; i + 4 <= n; i += 4) store(dst, i, f32x4.mul(load(dst, i), scale))
    for (; i < n; i++) storeOne(dst, i, f32x4.mul(loadOne(dst, i), scale))
  }
}
