// Comparisons, which give bytes of 0 and 1, and what is done with such bytes. Plain loops: compilers
// turn them into vectors.
#pragma once
#include "types.h"

namespace dl {
namespace DL_LEVEL {

template <class T, class F> INLINE void compareRange(
  In a, i32 sa, In b, i32 sb, Ptr<uint8_t> out, bool negate, i32 from, i32 to, F holds
) {
  if (to <= from) return;
  const T *x = raw(as<const T>(a), sa == 0 ? 1 : to), *y = raw(as<const T>(b), sb == 0 ? 1 : to);
  uint8_t *bytes = raw(out, to);
  const uint8_t flip = negate;
  if (sa != 0 && sb != 0) for (i32 i = from; i < to; i++) bytes[i] = (uint8_t)holds(x[i], y[i]) ^ flip;
  else for (i32 i = from; i < to; i++) bytes[i] = (uint8_t)holds(x[sa * i], y[sb * i]) ^ flip;
}

template <class T> INLINE void compareAs(
  i32 op, bool negate, In a, i32 sa, In b, i32 sb, Ptr<uint8_t> out, i32 from, i32 to
) {
  if (op == 0) compareRange<T>(a, sa, b, sb, out, negate, from, to, [](T x, T y) { return x == y; });
  else if (op == 1) compareRange<T>(a, sa, b, sb, out, negate, from, to, [](T x, T y) { return x > y; });
  else compareRange<T>(a, sa, b, sb, out, negate, from, to, [](T x, T y) { return x >= y; });
}

/**
 * Bytes from … to of out = whether a = b (op 0), a > b (1), a ≥ b (2), or with `negate` whether not;
 * of floats or integers. A stride is 1, or 0 for one number throughout.
 */
static void compare(
  i32 op, bool integers, bool negate, In a, i32 sa, In b, i32 sb, Ptr<uint8_t> out, i32 from, i32 to
) {
  if (integers) compareAs<i32>(op, negate, a, sa, b, sb, out, from, to);
  else compareAs<float>(op, negate, a, sa, b, sb, out, from, to);
}

/** Elements from … to (of four bytes) of out = a where the condition holds, b elsewhere. */
static void select(Ptr<const uint8_t> condition, Ids a, Ids b, Ptr<i32> out, i32 from, i32 to) {
  for (i32 i = from; i < to; i++) {
    const i32 x = a[i], y = b[i];
    out[i] = condition[i] ? x : y;
  }
}

/** Elements from … to of out = x as floats; x are bytes, or integers. */
static void toFloats(Ids x, bool bytes, Out out, i32 from, i32 to) {
  const Ptr<const uint8_t> b = as<const uint8_t>(x);
  if (bytes) for (i32 i = from; i < to; i++) out[i] = (float)b[i];
  else for (i32 i = from; i < to; i++) out[i] = (float)x[i];
}

/** Elements from … to of out = the floats x as integers, as JavaScript does it: towards 0 and modulo 2^32; NaN and infinities become 0. */
static void toIntegers(In x, Ptr<i32> out, i32 from, i32 to) {
  for (i32 i = from; i < to; i++) {
    const float v = x[i];
    // beyond 2^63 a float is a multiple of 2^32
    out[i] = v < 9223372036854775808.f && v > -9223372036854775808.f ? (i32)(i64)v : 0;
  }
}

/** Bytes from … to of out = whether x is 0. */
static void logicalNot(Ptr<const uint8_t> x, Ptr<uint8_t> out, i32 from, i32 to) {
  for (i32 i = from; i < to; i++) out[i] = x[i] == 0;
}

}  // namespace DL_LEVEL
}  // namespace dl
