// Reductions over n of x[outer, n, inner], in parts of fixed length put together in fixed order: that
// of WebAssembly's kernels, whose vectors have four lanes.
#pragma once
#include "lanes.h"
#include "math.h"

namespace dl {
namespace DL_LEVEL {

/** So many elements of a row are summed in float32. */
constexpr i32 STRETCH = 1024;

/** Sixteen running sums or maxima, in vectors of the level. */
struct Sixteen {
  Wide v[16 / WIDE];
  INLINE Sixteen(float x) { for (i32 i = 0; i < 16 / WIDE; i++) v[i] = splat<Wide>(x); }
  template <class F> INLINE void update(In p, F f) {
    times<16 / WIDE>([&](auto i) INLINE_BODY { v[i] = f(v[i], load<Wide>(p, i * WIDE)); });
  }
  INLINE void fours(V4 to[4]) const { __builtin_memcpy(to, v, 64); }
};

static float sumRow(In x, i32 n) {
  double total = 0;
  for (i32 i0 = 0; i0 < n; i0 += STRETCH) {
    const i32 i1 = min(n, i0 + STRETCH);
    Sixteen sums(0);
    i32 i = i0;
    for (; i + 16 <= i1; i += 16) sums.update(x + i, [](Wide a, Wide b) INLINE_BODY { return a + b; });
    V4 s[4];
    sums.fours(s);
    float part = sumLanes((s[0] + s[1]) + (s[2] + s[3]));
    for (; i < i1; i++) part += x[i];
    total += part;
  }
  return (float)total;
}

/** The larger; NaN where one is. */
INLINE float larger(float a, float b) {
  if (a != a) return a;
  return b != b || b > a ? b : a;
}

/** The largest value of a row, NaN where one is NaN. */
static float maxRow(In x, i32 n) {
  // pmax passes over NaN in x, a second vector notes it
  Wide top = splat<Wide>(-__builtin_inff());
  Signed<Wide> odd = {};
  i32 i = 0;
  for (; i + WIDE <= n; i += WIDE) {
    const Wide v = load<Wide>(x, i);
    top = pmax(top, v);
    odd |= v != v;
  }
  top = (Wide)((Signed<Wide>)top | odd);
  float best = -__builtin_inff();
  for (i32 q = 0; q < WIDE; q++) best = larger(best, top[q]);
  for (; i < n; i++) best = larger(best, x[i]);
  return best;
}

static void sumColumns(In x, Out out, i32 n, i64 inner, i32 j0, i32 end, float divisor) {
  if (inner == 1) {
    out[0] = sumRow(x, n) / divisor;
    return;
  }
  i32 j = j0;
  // whole cache lines at a time
  for (; j + 16 <= end; j += 16) {
    Sixteen total(0);
    for (i32 i0 = 0; i0 < n; i0 += 64) {
      const i32 i1 = min(n, i0 + 64);
      Sixteen part(0);
      for (i32 i = i0; i < i1; i++) part.update(x + (i * inner + j), [](Wide a, Wide b) INLINE_BODY { return a + b; });
      times<16 / WIDE>([&](auto i) INLINE_BODY { total.v[i] = total.v[i] + part.v[i]; });
    }
    times<16 / WIDE>([&](auto i) INLINE_BODY { store(out, j + i * WIDE, total.v[i] / splat<Wide>(divisor)); });
  }
  each(j, end, [=](auto l, i32 j) INLINE_BODY {
    auto total = all(l, 0);
    for (i32 i0 = 0; i0 < n; i0 += 64) {
      const i32 i1 = min(n, i0 + 64);
      auto part = all(l, 0);
      for (i32 i = i0; i < i1; i++) part = part + l.get(x, i * inner + j);
      total = total + part;
    }
    l.put(out, j, total / all(l, divisor));
  });
}

static void maxColumns(In x, Out out, i32 n, i64 inner, i32 j0, i32 end) {
  if (inner == 1) {
    out[0] = maxRow(x, n);
    return;
  }
  i32 j = j0;
  for (; j + 16 <= end; j += 16) {
    Sixteen top(-__builtin_inff()), odd(0);
    for (i32 i = 0; i < n; i++) {
      const In p = x + (i * inner + j);
      top.update(p, [](Wide a, Wide b) INLINE_BODY { return pmax(a, b); });
      odd.update(p, [](Wide a, Wide b) INLINE_BODY { return (Wide)((Signed<Wide>)a | (b != b)); });
    }
    times<16 / WIDE>([&](auto i) INLINE_BODY {
      store(out, j + i * WIDE, (Wide)((Signed<Wide>)top.v[i] | (Signed<Wide>)odd.v[i]));
    });
  }
  each(j, end, [=](auto l, i32 j) INLINE_BODY {
    typedef decltype(all(l, 0)) V;
    V top = all(l, -__builtin_inff());
    Signed<V> odd = {};
    for (i32 i = 0; i < n; i++) {
      const V v = l.get(x, i * inner + j);
      top = pmax(top, v);
      odd |= v != v;
    }
    l.put(out, j, (V)((Signed<V>)top | odd));
  });
}

/**
 * Parts from … to of a reduction. The rows of x[outer, n, inner] are cut into stretches of `length`,
 * the columns into groups of `width`; out[outer, stretches, inner] is each stretch's sum (op 0),
 * divided by `divisor`, or its largest value (NaN where one is NaN).
 */
static void reduce(i32 op, In x, Out out, i32 n, i32 inner, i32 length, i32 width, float divisor, i32 from, i32 to) {
  const i32 stretches = max(1, (n + length - 1) / length), groups = (inner + width - 1) / width;
  for (i32 part = from; part < to; part++) {
    const i32 s = part / groups, o = s / stretches;
    const i32 i0 = (s - o * stretches) * length, j0 = (part - s * groups) * width;
    const In src = x + ((i64)o * n + i0) * inner;
    const Out dst = out + (i64)s * inner;
    const i32 rows = min(length, n - i0), end = min(inner, j0 + width);
    if (op == 0) sumColumns(src, dst, rows, inner, j0, end, divisor);
    else maxColumns(src, dst, rows, inner, j0, end);
  }
}

/** Columns from … to of out[outer, inner] = where the first largest value of x[outer, n, inner] stands; nothing is larger than a NaN. */
static void argMax(In x, Ptr<i32> out, i32 n, i32 inner, i32 from, i32 to) {
  for (i32 column = from; column < to; column++) {
    const i32 o = column / inner;
    const In src = x + ((i64)o * n * inner + column - (i64)o * inner);
    i32 best = 0;
    float top = src[0];
    for (i32 i = 1; i < n; i++) {
      const float value = src[(i64)i * inner];
      if (top == top && !(value <= top)) {
        top = value;
        best = i;
      }
    }
    out[column] = best;
  }
}

/** out = e^(x − shift) over a row; returns the sum, in float32 over stretches of 256. */
static float expRow(In x, Out out, i32 n, float shift) {
  double sum = 0;
  for (i32 i = 0; i < n;) {
    const i32 end = min(n, i + STRETCH / 4);
    V4 total = {};
    for (; i + WIDE <= end; i += WIDE) {
      const Wide e = exp(load<Wide>(x, i) - shift);
      store(out, i, e);
      total = addFours(total, e);
    }
    for (; i + 4 <= end; i += 4) {
      const V4 e = exp(load<V4>(x, i) - shift);
      store(out, i, e);
      total += e;
    }
    float part = sumLanes(total);
    for (; i < end; i++) {
      out[i] = exp(splat<V4>(x[i]) - shift)[0];
      part += out[i];
    }
    sum += part;
  }
  return (float)sum;
}

/** Rows from … to of the softmax of x[any, n]. */
static void softmax(In x, Out out, i32 n, i32 from, i32 to) {
  for (i32 r = from; r < to; r++) {
    const In src = x + (i64)r * n;
    const Out dst = out + (i64)r * n;
    const float scale = 1 / expRow(src, dst, n, maxRow(src, n));
    each(0, n, [=](auto l, i32 i) INLINE_BODY { l.put(dst, i, l.get(dst, i) * all(l, scale)); });
  }
}

}  // namespace DL_LEVEL
}  // namespace dl
