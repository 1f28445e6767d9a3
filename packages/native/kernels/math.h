// exp, log, tanh and their kin: the polynomials of backend-wasm's kernels/simd.ts, operation by
// operation. Whoever changes one changes the other, or their bits part.
#pragma once
#include "simd.h"

namespace dl {
namespace DL_LEVEL {

/** 1.5·2^23: adding it rounds to an integer and leaves that in the low bits. */
constexpr float MAGIC = 12582912.f;
/** The same as bits. */
constexpr i32 MAGIC_BITS = 0x4b400000;

/** x · log2 e, rounded to the integer n, plus MAGIC. */
template <class V> INLINE V powerOf2(V x) {
  return madd(x, splat<V>(1.44269504088896341f), splat<V>(MAGIC));
}

/** e^r − 1 for r = x − n · ln 2, by Cephes' polynomial. */
template <class V> INLINE V expm1OfRest(V x, V n) {
  const V r = madd(n, splat<V>(2.12194440e-4f), madd(n, splat<V>(-0.693359375f), x));
  V p = madd(splat<V>(1.9875691500e-4f), r, splat<V>(1.3981999507e-3f));
  p = madd(p, r, splat<V>(8.3334519073e-3f));
  p = madd(p, r, splat<V>(4.1665795894e-2f));
  p = madd(p, r, splat<V>(1.6666665459e-1f));
  p = madd(p, r, splat<V>(5.0000001201e-1f));
  return madd(r * r, p, r);
}

/** What the low bits of `shifted` hold, MAGIC being taken off; modulo 2^32, as of a NaN they are any. */
template <class V> INLINE Signed<V> integerOf(V shifted) {
  return (Signed<V>)((Unsigned<V>)shifted - (u32)MAGIC_BITS);
}

/** 2^n of integers whose sum with 127 is an exponent. */
template <class V> INLINE V exponential(Signed<V> n) {
  return (V)(((Unsigned<V>)n + 127u) << 23);
}

/** e^x: 2^n · e^r with n = round(x / ln 2). 2^n in two factors, for denormals. */
template <class V> INLINE V exp(V x) {
  const V y = pmax(pmin(x, splat<V>(89)), splat<V>(-104));
  const V shifted = powerOf2(y);
  const V e = expm1OfRest(y, shifted - MAGIC) + 1;
  const Signed<V> exponent = integerOf(shifted);
  const Signed<V> half = exponent >> 1;
  return e * exponential<V>(half) * exponential<V>((Signed<V>)((Unsigned<V>)exponent - (Unsigned<V>)half));
}

/** e^x − 1 for x from 0 down, with all its digits. */
template <class V> INLINE V expm1(V x) {
  const V y = pmax(x, splat<V>(-80));
  const V shifted = powerOf2(y);
  const V rest = expm1OfRest(y, shifted - MAGIC);
  const V scale = exponential<V>(integerOf(shifted));
  return madd(rest, scale, scale - 1);
}

/** Natural logarithm; log 0 = −∞, of negative numbers NaN. */
template <class V> INLINE V log(V x) {
  const Signed<V> denormal = x < splat<V>(1.17549435e-38f);
  const V scaled = blend(x * 8388608, x, denormal);
  const Signed<V> bits = (Signed<V>)((Unsigned<V>)scaled - 0x3f3504f3u);
  V e = __builtin_convertvector(bits >> 23, V);
  e = e - masked(splat<V>(23), denormal);
  const V r = (V)((bits & 0x007fffff) + 0x3f3504f3) - 1;
  const V z = r * r;
  V p = madd(splat<V>(7.0376836292e-2f), r, splat<V>(-1.1514610310e-1f));
  p = madd(p, r, splat<V>(1.1676998740e-1f));
  p = madd(p, r, splat<V>(-1.2420140846e-1f));
  p = madd(p, r, splat<V>(1.4249322787e-1f));
  p = madd(p, r, splat<V>(-1.6668057665e-1f));
  p = madd(p, r, splat<V>(2.0000714765e-1f));
  p = madd(p, r, splat<V>(-2.4999993993e-1f));
  p = madd(p, r, splat<V>(3.3333331174e-1f));
  V y = p * r * z;
  y = madd(e, splat<V>(-2.12194440e-4f), y);
  y = madd(z, splat<V>(-0.5f), y);
  y = madd(e, splat<V>(0.693359375f), r + y);
  const V infinity = splat<V>(__builtin_inff());
  y = blend(infinity, y, x == infinity);
  y = blend(-infinity, y, x == V{});
  return blend(y, splat<V>(__builtin_nanf("")), x >= V{});
}

/** log(1 + x) for x from 0 up, with all its digits. */
template <class V> INLINE V log1p(V x) {
  const V y = x + 1;
  const V lost = x - (y - 1);
  return log(y) + lost / y;
}

/** 1 / (1 + e^−x), from e^−|x| so that small values keep their relative precision. */
template <class V> INLINE V sigmoid(V x) {
  const V t = exp(negated(absolute(x)));
  return blend(t, splat<V>(1), x < V{}) / (1 + t);
}

/** Hyperbolic tangent: a polynomial near 0, 1 − 2/(e^2|x| + 1) elsewhere. */
template <class V> INLINE V tanh(V x) {
  const V size = absolute(x);
  const V far = 1 - 2 / (exp(size + size) + 1);
  const V z = x * x;
  V p = madd(splat<V>(-5.70498872745e-3f), z, splat<V>(2.06390887954e-2f));
  p = madd(p, z, splat<V>(-5.37397155531e-2f));
  p = madd(p, z, splat<V>(1.33314422036e-1f));
  p = madd(p, z, splat<V>(-3.33332819422e-1f));
  const V near = madd(p * z, x, x);
  const Unsigned<V> sign = (Unsigned<V>)x & 0x80000000u;
  return blend(near, (V)((Unsigned<V>)far | sign), size < 0.625f);
}

}  // namespace DL_LEVEL
}  // namespace dl
