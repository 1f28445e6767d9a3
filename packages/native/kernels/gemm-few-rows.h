// Products of few rows of A, as in generation, for which packing B would cost more than it gains.
#pragma once
#include "lanes.h"

namespace dl {
namespace DL_LEVEL {

/** Columns 4·from … 4·to of C (+)= A·B for a B whose rows are contiguous: B is read once, in place. */
static void gemmFewRows(
  In a, i32 ars, i32 acs, In b, i32 ldb, Out c, i32 ldc, i32 m, i32 n, i32 k, bool accumulate, i32 from, i32 to
) {
  const i32 start = from * 4, end = min(n, to * 4);
  if (!accumulate) for (i32 i = 0; i < m; i++) zero(c + ((i64)i * ldc + start), end - start);
  for (i32 j0 = start; j0 < end; j0 += 1024) {
    const i32 j1 = min(end, j0 + 1024);
    i32 p = 0;
    for (; p + 4 <= k; p += 4) {
      const In b0 = b + (i64)p * ldb, b1 = b0 + ldb, b2 = b1 + ldb, b3 = b2 + ldb;
      for (i32 i = 0; i < m; i++) {
        const Out row = c + (i64)i * ldc;
        const In src = a + ((i64)i * ars + (i64)p * acs);
        const float a0 = src[0], a1 = src[acs], a2 = src[2 * (i64)acs], a3 = src[3 * (i64)acs];
        each(j0, j1, [=](auto l, i32 j) INLINE_BODY {
          auto sum = madd(all(l, a0), l.get(b0, j), l.get(row, j));
          sum = madd(all(l, a1), l.get(b1, j), sum);
          sum = madd(all(l, a2), l.get(b2, j), sum);
          l.put(row, j, madd(all(l, a3), l.get(b3, j), sum));
        });
      }
    }
    for (; p < k; p++) {
      const In b0 = b + (i64)p * ldb;
      for (i32 i = 0; i < m; i++) {
        const Out row = c + (i64)i * ldc;
        const float a0 = a[(i64)i * ars + (i64)p * acs];
        each(j0, j1, [=](auto l, i32 j) INLINE_BODY { l.put(row, j, madd(all(l, a0), l.get(b0, j), l.get(row, j))); });
      }
    }
  }
}

/** Columns from … to of C (+)= A·B for a B whose columns are contiguous (and A's rows): dot products of eight sums. */
static void gemmDots(
  In a, i32 ars, In b, i32 bcs, Out c, i32 ldc, i32 m, i32 k, bool accumulate, i32 from, i32 to
) {
  for (i32 j = from; j < to; j++) {
    const In column = b + (i64)j * bcs;
    for (i32 i = 0; i < m; i++) {
      const In row = a + (i64)i * ars;
      V4 s0 = {}, s1 = {};
      i32 p = 0;
      for (; p + 8 <= k; p += 8) {
        s0 = madd(load<V4>(row, p), load<V4>(column, p), s0);
        s1 = madd(load<V4>(row, p + 4), load<V4>(column, p + 4), s1);
      }
      float sum = sumLanes(s0 + s1);
      for (; p < k; p++) sum += row[p] * column[p];
      float &slot = c[(i64)i * ldc + j];
      slot = accumulate ? slot + sum : sum;
    }
  }
}

}  // namespace DL_LEVEL
}  // namespace dl
