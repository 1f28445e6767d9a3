// Elementwise functions. The host names the function by number (src/kernels/elementwise.ts), the
// switch stands outside the loops, and inlining makes one loop per function.
import { at, exp, expm1, get, load, loadOne, log, put, sigmoid, splat, store, storeOne, tanh } from './simd'

@inline
function apply2(op: i32, a: v128, b: v128): v128 {
  if (op == 0) return f32x4.add(a, b)
  if (op == 1) return f32x4.sub(a, b)
  if (op == 2) return f32x4.mul(a, b)
  if (op == 3) return f32x4.div(a, b)
  if (op == 4) return f32x4.max(a, b)
  if (op == 5) return f32x4.min(a, b)
  // the gradient of elu, b being what elu gave
  if (op == 7) return v128.bitselect(a, f32x4.mul(a, f32x4.add(b, splat(1))), f32x4.ge(b, splat(0)))
  const d = f32x4.sub(a, b)
  return f32x4.mul(d, d)
}

/** The innermost dimension; a stride is 1 or 0 (the same element throughout). */
@inline
function row2(op: i32, a: usize, sa: i32, b: usize, sb: i32, out: usize, n: i32): void {
  let i = 0
  if (sa == 1 && sb == 1) {
    for (; i + 4 <= n; i += 4) store(out, i, apply2(op, load(a, i), load(b, i)))
    for (; i < n; i++) storeOne(out, i, apply2(op, loadOne(a, i), loadOne(b, i)))
  } else if (sa == 1) {
    const y = loadOne(b, 0)
    for (; i + 4 <= n; i += 4) store(out, i, apply2(op, load(a, i), y))
    for (; i < n; i++) storeOne(out, i, apply2(op, loadOne(a, i), y))
  } else {
    const x = loadOne(a, 0)
    for (; i + 4 <= n; i += 4) store(out, i, apply2(op, x, sb == 1 ? load(b, i) : loadOne(b, 0)))
    for (; i < n; i++) storeOne(out, i, apply2(op, x, loadOne(b, sb * i)))
  }
}

@inline
function loop2(
  op: i32, a: usize, b: usize, out: usize, d1: i32, d2: i32, d3: i32,
  a0: i32, a1: i32, a2: i32, a3: i32, b0: i32, b1: i32, b2: i32, b3: i32, from: i32, to: i32,
): void {
  const row = from / d3, plane = row / d2
  let start = from - row * d3, k = row - plane * d2, i = plane / d1, j = plane - i * d1
  for (let e = from; e < to;) {
    const n = min(d3 - start, to - e)
    const x = at(a, i * a0 + j * a1 + k * a2 + start * a3), y = at(b, i * b0 + j * b1 + k * b2 + start * b3)
    row2(op, x, a3, y, b3, at(out, e), n)
    e += n
    start = 0
    if (++k < d2) continue
    k = 0
    if (++j < d1) continue
    j = 0
    i++
  }
}

/**
 * Elements from … to of out = op(a, b) over dimensions [any, d1, d2, d3]; a stride of 0 repeats
 * (broadcasting). `out` may be `a` or `b`.
 */
export function binary(
  op: i32, a: usize, b: usize, out: usize, d1: i32, d2: i32, d3: i32,
  a0: i32, a1: i32, a2: i32, a3: i32, b0: i32, b1: i32, b2: i32, b3: i32, from: i32, to: i32,
): void {
  switch (op) {
    case 0: loop2(0, a, b, out, d1, d2, d3, a0, a1, a2, a3, b0, b1, b2, b3, from, to); break
    case 1: loop2(1, a, b, out, d1, d2, d3, a0, a1, a2, a3, b0, b1, b2, b3, from, to); break
    case 2: loop2(2, a, b, out, d1, d2, d3, a0, a1, a2, a3, b0, b1, b2, b3, from, to); break
    case 3: loop2(3, a, b, out, d1, d2, d3, a0, a1, a2, a3, b0, b1, b2, b3, from, to); break
    case 4: loop2(4, a, b, out, d1, d2, d3, a0, a1, a2, a3, b0, b1, b2, b3, from, to); break
    case 5: loop2(5, a, b, out, d1, d2, d3, a0, a1, a2, a3, b0, b1, b2, b3, from, to); break
    case 7: loop2(7, a, b, out, d1, d2, d3, a0, a1, a2, a3, b0, b1, b2, b3, from, to); break
    default: loop2(6, a, b, out, d1, d2, d3, a0, a1, a2, a3, b0, b1, b2, b3, from, to)
  }
}

@inline
function apply1(op: i32, x: v128, parameter: v128): v128 {
  if (op == 0) return f32x4.pmax(x, splat(0)) // keeps NaN
  if (op == 1) return sigmoid(x)
  if (op == 2) return tanh(x)
  if (op == 3) return exp(x)
  if (op == 4) return log(x)
  if (op == 5) return f32x4.sqrt(x)
  if (op == 6) return f32x4.mul(x, x)
  if (op == 7) return f32x4.neg(x)
  if (op == 8) return f32x4.abs(x)
  if (op == 9) return f32x4.div(splat(1), f32x4.sqrt(x))
  if (op == 10) return f32x4.div(splat(1), x)
  if (op == 12) return v128.bitselect(f32x4.mul(x, parameter), x, f32x4.lt(x, splat(0))) // leaky ReLU
  if (op == 13) return v128.bitselect(expm1(x), x, f32x4.lt(x, splat(0))) // elu
  if (op == 14) return f32x4.floor(x)
  // the step function: 1 above 0, the parameter elsewhere, NaN stays
  const step = v128.bitselect(splat(1), parameter, f32x4.gt(x, splat(0)))
  return v128.bitselect(step, x, f32x4.eq(x, x))
}

@inline
function loop1(op: i32, x: usize, out: usize, from: i32, to: i32, parameter: v128): void {
  let i = from
  for (; i + 4 <= to; i += 4) store(out, i, apply1(op, load(x, i), parameter))
  for (; i < to; i++) storeOne(out, i, apply1(op, loadOne(x, i), parameter))
}

/** Elements from … to of out = op(x). `out` may be `x`. */
export function unary(op: i32, x: usize, out: usize, parameter: f32, from: i32, to: i32): void {
  const p = splat(parameter)
  switch (op) {
    case 0: loop1(0, x, out, from, to, p); break
    case 1: loop1(1, x, out, from, to, p); break
    case 2: loop1(2, x, out, from, to, p); break
    case 3: loop1(3, x, out, from, to, p); break
    case 4: loop1(4, x, out, from, to, p); break
    case 5: loop1(5, x, out, from, to, p); break
    case 6: loop1(6, x, out, from, to, p); break
    case 7: loop1(7, x, out, from, to, p); break
    case 8: loop1(8, x, out, from, to, p); break
    case 9: loop1(9, x, out, from, to, p); break
    case 10: loop1(10, x, out, from, to, p); break
    case 12: loop1(12, x, out, from, to, p); break
    case 13: loop1(13, x, out, from, to, p); break
    case 14: loop1(14, x, out, from, to, p); break
    default: loop1(11, x, out, from, to, p)
  }
}

@inline
function clip4(one: bool, x: usize, low: v128, high: v128, out: usize, i: i32): void {
  const v = get(one, x, i)
  const raised = v128.bitselect(low, v, f32x4.lt(v, low)) // keeps NaN
  put(one, out, i, v128.bitselect(high, raised, f32x4.gt(v, high)))
}

/** Elements from … to of out = x, but at least `low` and at most `high`. */
export function clip(x: usize, low: f32, high: f32, out: usize, from: i32, to: i32): void {
  const least = splat(low), most = splat(high)
  let i = from
  for (; i + 4 <= to; i += 4) clip4(false, x, least, most, out, i)
  for (; i < to; i++) clip4(true, x, least, most, out, i)
}

/** Sets elements from … to to one value. */
export function fill(out: usize, value: f32, from: i32, to: i32): void {
  const x = splat(value)
  let i = from
  for (; i + 4 <= to; i += 4) store(out, i, x)
  for (; i < to; i++) storeOne(out, i, x)
}
