// Comparisons, which give bytes of 0 and 1, and what is done with such bytes.
import { at, load, loadOne, store, storeOne } from './simd'

/** All bits of the lanes where a = b (op 0), a > b (1) or a ≥ b (2) holds. */
@inline
function holds(op: i32, integers: bool, a: v128, b: v128): v128 {
  if (integers) {
    if (op == 0) return i32x4.eq(a, b)
    return op == 1 ? i32x4.gt_s(a, b) : i32x4.ge_s(a, b)
  }
  if (op == 0) return f32x4.eq(a, b)
  return op == 1 ? f32x4.gt(a, b) : f32x4.ge(a, b)
}

@inline
function four(op: i32, integers: bool, a: usize, sa: i32, b: usize, sb: i32, i: i32): v128 {
  const x = sa == 0 ? loadOne(a, 0) : load(a, i)
  return holds(op, integers, x, sb == 0 ? loadOne(b, 0) : load(b, i))
}

@inline
function compareRange(
  op: i32, integers: bool, negate: bool, a: usize, sa: i32, b: usize, sb: i32, out: usize, from: i32, to: i32,
): void {
  const flip = i8x16.splat(negate ? 1 : 0), one = i8x16.splat(1)
  let i = from
  for (; i + 16 <= to; i += 16) {
    const low = i16x8.narrow_i32x4_s(
      four(op, integers, a, sa, b, sb, i), four(op, integers, a, sa, b, sb, i + 4),
    )
    const high = i16x8.narrow_i32x4_s(
      four(op, integers, a, sa, b, sb, i + 8), four(op, integers, a, sa, b, sb, i + 12),
    )
    v128.store(out + i, v128.xor(v128.and(i8x16.narrow_i16x8_s(low, high), one), flip))
  }
  for (; i < to; i++) {
    const mask = holds(op, integers, loadOne(a, sa * i), loadOne(b, sb * i))
    i32.store8(out + i, (i32x4.extract_lane(mask, 0) & 1) ^ (negate ? 1 : 0))
  }
}

/**
 * Bytes from … to of out = whether a = b (op 0), a > b (1), a ≥ b (2), or with `negate` whether not;
 * of floats or integers. A stride is 1, or 0 for one number throughout.
 */
export function compare(
  op: i32, integers: bool, negate: bool, a: usize, sa: i32, b: usize, sb: i32, out: usize, from: i32, to: i32,
): void {
  switch (integers ? op + 3 : op) {
    case 0: compareRange(0, false, negate, a, sa, b, sb, out, from, to); break
    case 1: compareRange(1, false, negate, a, sa, b, sb, out, from, to); break
    case 2: compareRange(2, false, negate, a, sa, b, sb, out, from, to); break
    case 3: compareRange(0, true, negate, a, sa, b, sb, out, from, to); break
    case 4: compareRange(1, true, negate, a, sa, b, sb, out, from, to); break
    default: compareRange(2, true, negate, a, sa, b, sb, out, from, to)
  }
}

/** Four bytes as integers. */
@inline
function widened(p: usize): v128 {
  return i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load_splat<u32>(p)))
}

/** Elements from … to (of four bytes) of out = a where the condition holds, b elsewhere. */
export function select(condition: usize, a: usize, b: usize, out: usize, from: i32, to: i32): void {
  let i = from
  for (; i + 4 <= to; i += 4) {
    const chosen = i32x4.ne(widened(condition + i), i32x4.splat(0))
    store(out, i, v128.bitselect(load(a, i), load(b, i), chosen))
  }
  for (; i < to; i++) storeOne(out, i, loadOne(i32.load8_u(condition + i) != 0 ? a : b, i))
}

/** Elements from … to of out = x as floats; x are bytes, or integers. */
export function toFloats(x: usize, bytes: bool, out: usize, from: i32, to: i32): void {
  let i = from
  for (; i + 4 <= to; i += 4) {
    store(out, i, f32x4.convert_i32x4_s(bytes ? widened(x + i) : load(x, i)))
  }
  for (; i < to; i++) f32.store(at(out, i), <f32>(bytes ? i32.load8_u(x + i) : i32.load(at(x, i))))
}

/** As JavaScript does it: towards 0 and modulo 2^32, NaN and infinities become 0. */
@inline
function toInteger(x: f32): i32 {
  // beyond 2^63 a float is a multiple of 2^32
  return Mathf.abs(x) < 9223372036854775808.0 ? <i32>(<i64>x) : 0
}

/** Elements from … to of out = the floats x as integers. */
export function toIntegers(x: usize, out: usize, from: i32, to: i32): void {
  let i = from
  for (; i + 4 <= to; i += 4) {
    const v = load(x, i)
    if (v128.any_true(f32x4.ge(f32x4.abs(v), f32x4.splat(2147483648.0)))) {
      for (let k = i; k < i + 4; k++) i32.store(at(out, k), toInteger(f32.load(at(x, k))))
    } else store(out, i, i32x4.trunc_sat_f32x4_s(v))
  }
  for (; i < to; i++) i32.store(at(out, i), toInteger(f32.load(at(x, i))))
}

/** Bytes from … to of out = whether x is 0. */
export function logicalNot(x: usize, out: usize, from: i32, to: i32): void {
  let i = from
  for (; i + 16 <= to; i += 16) {
    v128.store(out + i, v128.and(i8x16.eq(v128.load(x + i), i8x16.splat(0)), i8x16.splat(1)))
  }
  for (; i < to; i++) i32.store8(out + i, i32.load8_u(x + i) == 0 ? 1 : 0)
}
