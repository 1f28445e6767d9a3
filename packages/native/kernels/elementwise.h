// Elementwise functions, named by the numbers of backend-wasm's src/ops/elementwise.ts. The switch
// stands outside the loops: there is one loop per function.
#pragma once
#include "lanes.h"
#include "math.h"

namespace dl {
namespace DL_LEVEL {

/** IEEE's maximum and minimum: NaN wins, and 0 is larger than −0. */
template <class V> INLINE V maximum(V a, V b) {
  typedef Signed<V> I;
  const V larger = blend(a, b, a > b);
  const V best = blend((V)((I)a & (I)b), larger, a == b);
  return blend(best, a + b, (I)(a == a) & (I)(b == b));
}
template <class V> INLINE V minimum(V a, V b) {
  typedef Signed<V> I;
  const V smaller = blend(a, b, a < b);
  const V best = blend((V)((I)a | (I)b), smaller, a == b);
  return blend(best, a + b, (I)(a == a) & (I)(b == b));
}

template <i32 OP, class V> INLINE V apply2(V a, V b) {
  if constexpr (OP == 0) return a + b;
  else if constexpr (OP == 1) return a - b;
  else if constexpr (OP == 2) return a * b;
  else if constexpr (OP == 3) return a / b;
  else if constexpr (OP == 4) return maximum(a, b);
  else if constexpr (OP == 5) return minimum(a, b);
  else if constexpr (OP == 7) return blend(a, a * (b + 1), b >= V{});  // the gradient of elu, b being what elu gave
  else {
    const V d = a - b;
    return d * d;
  }
}

/** The innermost dimension; a stride is 1 or 0 (the same element throughout). */
template <i32 OP> INLINE void row2(In a, i32 sa, In b, i32 sb, Out out, i32 n) {
  if (sa == 1 && sb == 1) {
    each(0, n, [=](auto l, i32 i) INLINE_BODY { l.put(out, i, apply2<OP>(l.get(a, i), l.get(b, i))); });
  } else if (sa == 1) {
    const float y = b[0];
    each(0, n, [=](auto l, i32 i) INLINE_BODY { l.put(out, i, apply2<OP>(l.get(a, i), all(l, y))); });
  } else if (sb == 1) {
    const float x = a[0];
    each(0, n, [=](auto l, i32 i) INLINE_BODY { l.put(out, i, apply2<OP>(all(l, x), l.get(b, i))); });
  } else {
    const float x = a[0], y = b[0];
    each(0, n, [=](auto l, i32 i) INLINE_BODY { l.put(out, i, apply2<OP>(all(l, x), all(l, y))); });
  }
}

struct Strides {
  i32 s0, s1, s2, s3;
  INLINE i64 at(i32 i, i32 j, i32 k, i32 m) const { return (i64)i * s0 + (i64)j * s1 + (i64)k * s2 + (i64)m * s3; }
};

template <i32 OP> static void loop2(In a, In b, Out out, i32 d1, i32 d2, i32 d3, Strides sa, Strides sb, i32 from, i32 to) {
  const i32 row = from / d3, plane = row / d2;
  i32 start = from - row * d3, k = row - plane * d2, i = plane / d1, j = plane - i * d1;
  for (i32 e = from; e < to;) {
    const i32 n = min(d3 - start, to - e);
    row2<OP>(a + sa.at(i, j, k, start), sa.s3, b + sb.at(i, j, k, start), sb.s3, out + e, n);
    e += n;
    start = 0;
    if (++k < d2) continue;
    k = 0;
    if (++j < d1) continue;
    j = 0;
    i++;
  }
}

/** Elements from … to of out = op(a, b) over dimensions [any, d1, d2, d3]; a stride of 0 repeats. `out` may be `a` or `b`. */
static void binary(
  i32 op, In a, In b, Out out, i32 d1, i32 d2, i32 d3, i32 a0, i32 a1, i32 a2, i32 a3, i32 b0, i32 b1, i32 b2, i32 b3,
  i32 from, i32 to
) {
  const Strides sa = {a0, a1, a2, a3}, sb = {b0, b1, b2, b3};
  switch (op) {
    case 0: return loop2<0>(a, b, out, d1, d2, d3, sa, sb, from, to);
    case 1: return loop2<1>(a, b, out, d1, d2, d3, sa, sb, from, to);
    case 2: return loop2<2>(a, b, out, d1, d2, d3, sa, sb, from, to);
    case 3: return loop2<3>(a, b, out, d1, d2, d3, sa, sb, from, to);
    case 4: return loop2<4>(a, b, out, d1, d2, d3, sa, sb, from, to);
    case 5: return loop2<5>(a, b, out, d1, d2, d3, sa, sb, from, to);
    case 7: return loop2<7>(a, b, out, d1, d2, d3, sa, sb, from, to);
    default: return loop2<6>(a, b, out, d1, d2, d3, sa, sb, from, to);
  }
}

template <i32 OP, class V> INLINE V apply1(V x, V parameter) {
  if constexpr (OP == 0) return pmax(x, V{});
  else if constexpr (OP == 1) return sigmoid(x);
  else if constexpr (OP == 2) return tanh(x);
  else if constexpr (OP == 3) return exp(x);
  else if constexpr (OP == 4) return log(x);
  else if constexpr (OP == 5) return sqrt(x);
  else if constexpr (OP == 6) return x * x;
  else if constexpr (OP == 7) return negated(x);
  else if constexpr (OP == 8) return absolute(x);
  else if constexpr (OP == 9) return 1 / sqrt(x);
  else if constexpr (OP == 10) return 1 / x;
  else if constexpr (OP == 12) return blend(x * parameter, x, x < V{});  // leaky ReLU
  else if constexpr (OP == 13) return blend(expm1(x), x, x < V{});  // elu
  else if constexpr (OP == 14) return floor(x);
  else return blend(blend(splat<V>(1), parameter, x > V{}), x, x == x);  // the step function, NaN stays
}

template <i32 OP> static void loop1(In x, Out out, float parameter, i32 from, i32 to) {
  each(from, to, [=](auto l, i32 i) INLINE_BODY { l.put(out, i, apply1<OP>(l.get(x, i), all(l, parameter))); });
}

/** Elements from … to of out = op(x). `out` may be `x`. */
static void unary(i32 op, In x, Out out, float parameter, i32 from, i32 to) {
  switch (op) {
    case 0: return loop1<0>(x, out, parameter, from, to);
    case 1: return loop1<1>(x, out, parameter, from, to);
    case 2: return loop1<2>(x, out, parameter, from, to);
    case 3: return loop1<3>(x, out, parameter, from, to);
    case 4: return loop1<4>(x, out, parameter, from, to);
    case 5: return loop1<5>(x, out, parameter, from, to);
    case 6: return loop1<6>(x, out, parameter, from, to);
    case 7: return loop1<7>(x, out, parameter, from, to);
    case 8: return loop1<8>(x, out, parameter, from, to);
    case 9: return loop1<9>(x, out, parameter, from, to);
    case 10: return loop1<10>(x, out, parameter, from, to);
    case 12: return loop1<12>(x, out, parameter, from, to);
    case 13: return loop1<13>(x, out, parameter, from, to);
    case 14: return loop1<14>(x, out, parameter, from, to);
    default: return loop1<11>(x, out, parameter, from, to);
  }
}

/** Elements from … to of out = x, but at least `low` and at most `high`. */
static void clip(In x, float low, float high, Out out, i32 from, i32 to) {
  each(from, to, [=](auto l, i32 i) INLINE_BODY {
    const auto v = l.get(x, i), least = all(l, low), most = all(l, high);
    const auto raised = blend(least, v, v < least);  // keeps NaN
    l.put(out, i, blend(most, raised, v > most));
  });
}

/** Sets elements from … to to one value. */
static void fill(Out out, float value, i32 from, i32 to) {
  each(from, to, [=](auto l, i32 i) INLINE_BODY { l.put(out, i, all(l, value)); });
}

}  // namespace DL_LEVEL
}  // namespace dl
