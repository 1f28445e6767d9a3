/** Functions that several programs use. WGSL leaves open what it makes of NaN and of small values. */

/** Compilers may take it that there is no NaN, so the bits are asked. */
export const IS_NAN = `
  fn isnan(x: f32) -> bool { return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u; }
`

/** Neither infinite nor NaN, by its bits. */
export const IS_FINITE = `
  fn finite(x: f32) -> bool { return (bitcast<u32>(x) & 0x7f800000u) != 0x7f800000u; }
`

/**
 * e^x to the last digit or two. WGSL's own may be off by 3 + 2|x| of them, as e^x is taken for a
 * power of 2 of a rounded number; here what is rounded off comes back in two parts.
 */
export const POWER = `
  fn power(x: f32) -> f32 {
    if (!(x > -103.)) { return select(0., x, bitcast<u32>(x) << 1u > 0xff000000u); }
    if (x > 88.) { return exp(x); }
    let k = round(x * 1.44269504);
    let r = fma(k, -0.693145752, x) - k * 1.42860677e-6;
    var sum = 1. + r / 7.;
    for (var n = 6.; n > 0.; n -= 1.) { sum = 1. + r / n * sum; }
    // in two steps, as 2^-126 is the least that has all digits
    let half = i32(k) / 2;
    return ldexp(ldexp(sum, half), i32(k) - half);
  }
`

/** log(1 + x) = 2 artanh(x / (2 + x)), by its series where |x| is small. */
export const LOG1P = `
  fn log1p(x: f32) -> f32 {
    if (abs(x) >= 0.25) { return log(1. + x); }
    let s = x / (2. + x);
    let z = s * s;
    return 2. * s * (1. + z * (1. / 3. + z * (0.2 + z * (1. / 7. + z / 9.))));
  }
`

/** By the first nine terms of its series where |x| is small. */
export const EXPM1 = `
  fn expm1(x: f32) -> f32 {
    if (abs(x) >= 0.5) { return exp(x) - 1.; }
    var sum = 1.;
    for (var n = 9.; n > 1.; n -= 1.) { sum = 1. + x / n * sum; }
    return x * sum;
  }
`

/** Neither overflows: tanh of large values is NaN on some devices. NaN stays NaN. */
export const ACTIVATIONS = `
  fn sigmoid(x: f32) -> f32 {
    let power = exp(-abs(x));
    return select(power, 1., x >= 0.) / (1. + power);
  }
  fn squash(x: f32) -> f32 { return tanh(clamp(x, -20., 20.)); }
`

/** The sum over all lanes of a group, in every lane, always in the same order. */
export const groupSum = (lanes: number): string => `
  var<workgroup> lanes: array<f32, ${lanes}>;
  fn groupSum(lane: u32, value: f32) -> f32 {
    lanes[lane] = value;
    for (var half = ${lanes / 2}u; half > 0u; half /= 2u) {
      workgroupBarrier();
      if (lane < half) { lanes[lane] += lanes[lane + half]; }
    }
    workgroupBarrier();
    let total = lanes[0];
    workgroupBarrier();
    return total;
  }
`

/**
 * The largest of a row of logits, in every lane; NaN where it is not finite or one of them is NaN.
 * With {@link IS_NAN}, {@link IS_FINITE}, {@link groupSum}, and in `sizes` infinity and nan.
 */
export const rowMaximum = (lanes: number): string => `
  fn rowMaximum(lane: u32, first: u32, count: u32) -> f32 {
    var largest = -sizes.infinity;
    var unknown = 0.;
    for (var c = lane; c < count; c += ${lanes}u) {
      let x = logits[first + c];
      if (isnan(x)) { unknown = 1.; }
      if (x > largest) { largest = x; }
    }
    unknown = groupSum(lane, unknown);
    lanes[lane] = largest;
    for (var half = ${lanes / 2}u; half > 0u; half /= 2u) {
      workgroupBarrier();
      if (lane < half) { lanes[lane] = max(lanes[lane], lanes[lane + half]); }
    }
    workgroupBarrier();
    let top = lanes[0];
    workgroupBarrier();
    return select(top, sizes.nan, unknown > 0. || !finite(top));
  }
`
