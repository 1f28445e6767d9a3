// Vector arithmetic the kernels share. Errors of the functions below are measured and held by
// test/elementwise.test.ts: exp and log stay within 2 units in the last place, tanh within 3, sigmoid
// and expm1 within 4.

/** a·b + c, with one rounding where the engine has relaxed SIMD, with two elsewhere. */
@inline
export function madd(a: v128, b: v128, c: v128): v128 {
  return ASC_FEATURE_RELAXED_SIMD ? f32x4.relaxed_madd(a, b, c) : f32x4.add(f32x4.mul(a, b), c)
}

@inline
export function splat(x: f32): v128 {
  return f32x4.splat(x)
}

/** The address of element `i` of an array of 4-byte elements. */
@inline
export function at(base: usize, i: i32): usize {
  return base + (<usize>i << 2)
}

@inline
export function load(base: usize, i: i32): v128 {
  return v128.load(at(base, i))
}

@inline
export function store(base: usize, i: i32, x: v128): void {
  v128.store(at(base, i), x)
}

/** Ends of rows go lane by lane through the same vector code, so that every element gets the same bits. */
@inline
export function loadOne(base: usize, i: i32): v128 {
  return v128.load_splat<f32>(at(base, i))
}

@inline
export function storeOne(base: usize, i: i32, x: v128): void {
  f32.store(at(base, i), f32x4.extract_lane(x, 0))
}

/** {@link load}, or with `one` {@link loadOne}; {@link put} likewise. */
@inline
export function get(one: bool, base: usize, i: i32): v128 {
  return one ? loadOne(base, i) : load(base, i)
}

@inline
export function put(one: bool, base: usize, i: i32, x: v128): void {
  if (one) storeOne(base, i, x)
  else store(base, i, x)
}

@inline
export function sumLanes(x: v128): f32 {
  return (
    f32x4.extract_lane(x, 0) + f32x4.extract_lane(x, 1) +
    (f32x4.extract_lane(x, 2) + f32x4.extract_lane(x, 3))
  )
}

@inline
export function maxLanes(x: v128): f32 {
  return max(
    max(f32x4.extract_lane(x, 0), f32x4.extract_lane(x, 1)),
    max(f32x4.extract_lane(x, 2), f32x4.extract_lane(x, 3)),
  )
}

/** Writes the transpose of four rows of four to dst, dst + stride, … (bytes). */
@inline
export function storeTransposed(r0: v128, r1: v128, r2: v128, r3: v128, dst: usize, stride: usize): void {
  const t0 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5), t1 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7)
  const t2 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5), t3 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7)
  v128.store(dst, v128.shuffle<f64>(t0, t2, 0, 2))
  v128.store(dst + stride, v128.shuffle<f64>(t0, t2, 1, 3))
  v128.store(dst + 2 * stride, v128.shuffle<f64>(t1, t3, 0, 2))
  v128.store(dst + 3 * stride, v128.shuffle<f64>(t1, t3, 1, 3))
}

/** Writes the transpose of two rows of four to dst, dst + stride, … (bytes). */
@inline
export function storeTransposed2(r0: v128, r1: v128, dst: usize, stride: usize): void {
  const low = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5), high = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7)
  v128.store_lane<f64>(dst, low, 0)
  v128.store_lane<f64>(dst + stride, low, 1)
  v128.store_lane<f64>(dst + 2 * stride, high, 0)
  v128.store_lane<f64>(dst + 3 * stride, high, 1)
}

/** 1.5·2^23: adding it rounds to an integer and leaves that in the low bits. */
@inline
function magic(): v128 {
  return splat(12582912)
}

/** x · log2 e, rounded to the integer n, plus {@link magic}. */
@inline
function powerOf2(x: v128): v128 {
  return madd(x, splat(1.44269504088896341), magic())
}

/** e^r − 1 for r = x − n · ln 2, by Cephes' polynomial. */
@inline
function expm1OfRest(x: v128, n: v128): v128 {
  const r = madd(n, splat(2.12194440e-4), madd(n, splat(-0.693359375), x))
  let p = madd(splat(1.9875691500e-4), r, splat(1.3981999507e-3))
  p = madd(p, r, splat(8.3334519073e-3))
  p = madd(p, r, splat(4.1665795894e-2))
  p = madd(p, r, splat(1.6666665459e-1))
  p = madd(p, r, splat(5.0000001201e-1))
  return madd(f32x4.mul(r, r), p, r)
}

/** e^x: 2^n · e^r with n = round(x / ln 2). 2^n in two factors, for denormals. */
@inline
export function exp(x: v128): v128 {
  // pmin and pmax keep the first operand where it is NaN
  const y = f32x4.pmax(f32x4.pmin(x, splat(89)), splat(-104))
  const shifted = powerOf2(y)
  const e = f32x4.add(expm1OfRest(y, f32x4.sub(shifted, magic())), splat(1))
  const exponent = i32x4.sub(shifted, magic())
  const half = i32x4.shr_s(exponent, 1)
  const bias = i32x4.splat(127)
  const scale0 = i32x4.shl(i32x4.add(half, bias), 23)
  const scale1 = i32x4.shl(i32x4.add(i32x4.sub(exponent, half), bias), 23)
  return f32x4.mul(f32x4.mul(e, scale0), scale1)
}

/** e^x − 1 for x from 0 down, with all its digits: 2^n · (e^r − 1) + (2^n − 1). */
@inline
export function expm1(x: v128): v128 {
  const y = f32x4.pmax(x, splat(-80)) // −1 from far above it, and 2^n is no denormal yet
  const shifted = powerOf2(y)
  const rest = expm1OfRest(y, f32x4.sub(shifted, magic()))
  const scale = i32x4.shl(i32x4.add(i32x4.sub(shifted, magic()), i32x4.splat(127)), 23)
  return madd(rest, scale, f32x4.sub(scale, splat(1)))
}

/** Natural logarithm, after Cephes' logf; log 0 = −∞, of negative numbers NaN. */
@inline
export function log(x: v128): v128 {
  const one = splat(1)
  const denormal = f32x4.lt(x, splat(1.17549435e-38))
  const scaled = v128.bitselect(f32x4.mul(x, splat(8388608)), x, denormal)
  const bits = i32x4.sub(scaled, i32x4.splat(0x3f3504f3)) // √½: the mantissa comes to lie in [√½, √2)
  let e = f32x4.convert_i32x4_s(i32x4.shr_s(bits, 23))
  e = f32x4.sub(e, v128.and(denormal, splat(23)))
  const m = i32x4.add(v128.and(bits, i32x4.splat(0x007fffff)), i32x4.splat(0x3f3504f3))
  const r = f32x4.sub(m, one)
  const z = f32x4.mul(r, r)
  let p = madd(splat(7.0376836292e-2), r, splat(-1.1514610310e-1))
  p = madd(p, r, splat(1.1676998740e-1))
  p = madd(p, r, splat(-1.2420140846e-1))
  p = madd(p, r, splat(1.4249322787e-1))
  p = madd(p, r, splat(-1.6668057665e-1))
  p = madd(p, r, splat(2.0000714765e-1))
  p = madd(p, r, splat(-2.4999993993e-1))
  p = madd(p, r, splat(3.3333331174e-1))
  let y = f32x4.mul(f32x4.mul(p, r), z)
  y = madd(e, splat(-2.12194440e-4), y)
  y = madd(z, splat(-0.5), y)
  y = madd(e, splat(0.693359375), f32x4.add(r, y))
  const infinity = splat(Infinity)
  y = v128.bitselect(infinity, y, f32x4.eq(x, infinity))
  y = v128.bitselect(splat(-Infinity), y, f32x4.eq(x, splat(0)))
  return v128.bitselect(y, splat(NaN), f32x4.ge(x, splat(0)))
}

/** log(1 + x) for x from 0 up, with all its digits: what 1 + x rounded away is added by its slope. */
@inline
export function log1p(x: v128): v128 {
  const y = f32x4.add(x, splat(1))
  const lost = f32x4.sub(x, f32x4.sub(y, splat(1)))
  return f32x4.add(log(y), f32x4.div(lost, y))
}

/** 1 / (1 + e^−x), from e^−|x| so that small values keep their relative precision. */
@inline
export function sigmoid(x: v128): v128 {
  const t = exp(f32x4.neg(f32x4.abs(x)))
  const numerator = v128.bitselect(t, splat(1), f32x4.lt(x, splat(0)))
  return f32x4.div(numerator, f32x4.add(splat(1), t))
}

/** Hyperbolic tangent, after Cephes' tanhf: a polynomial near 0, 1 − 2/(e^2|x| + 1) elsewhere. */
@inline
export function tanh(x: v128): v128 {
  const size = f32x4.abs(x)
  const e = exp(f32x4.add(size, size))
  const far = f32x4.sub(splat(1), f32x4.div(splat(2), f32x4.add(e, splat(1))))
  const z = f32x4.mul(x, x)
  let p = madd(splat(-5.70498872745e-3), z, splat(2.06390887954e-2))
  p = madd(p, z, splat(-5.37397155531e-2))
  p = madd(p, z, splat(1.33314422036e-1))
  p = madd(p, z, splat(-3.33332819422e-1))
  const near = madd(f32x4.mul(p, z), x, x)
  const sign = v128.and(x, i32x4.splat(0x80000000))
  return v128.bitselect(near, v128.or(far, sign), f32x4.lt(size, splat(0.625)))
}
