// Moving elements: strided copies (slice, concat, transpose, tile, pad), rows by index.
#pragma once
#include "lanes.h"

namespace dl {
namespace DL_LEVEL {

/** Short rows cost more to hand over than to copy. */
INLINE void copyRow(In from, Out to, i32 n) {
  if (n >= 64) copyFloats(from, to, n);
  else each(0, n, [=](auto l, i32 i) INLINE_BODY { l.put(to, i, l.get(from, i)); });
}

/** to[r, c] = from[c, r] for `rows` × `columns` elements of `to`, strides of a row given. */
static void transposeRows(In from, Out to, i32 rows, i32 columns, i64 fromStride, i64 toStride) {
  i32 c = 0;
  for (; c + 4 <= columns; c += 4) {
    const In src = from + c * fromStride;
    i32 r = 0;
    for (; r + 4 <= rows; r += 4) {
      storeTransposed(
        load<V4>(src, r), load<V4>(src, fromStride + r), load<V4>(src, 2 * fromStride + r), load<V4>(src, 3 * fromStride + r),
        to + (r * toStride + c), toStride
      );
    }
    for (; r < rows; r++) for (i32 q = 0; q < 4; q++) to[r * toStride + c + q] = src[q * fromStride + r];
  }
  for (; c < columns; c++) for (i32 r = 0; r < rows; r++) to[r * toStride + c] = from[c * fromStride + r];
}

static void copyPlane(In from, Out to, i32 d2, i32 d3, i64 s2, i64 s3, i64 t2, i64 t3) {
  if (s3 == 1 && t3 == 1) {
    for (i32 k = 0; k < d2; k++) copyRow(from + k * s2, to + k * t2, d3);
  } else if (s3 == 0 && t3 == 1) {
    for (i32 k = 0; k < d2; k++) {
      const float x = d3 > 0 ? from[k * s2] : 0;
      each(0, d3, [=](auto l, i32 i) INLINE_BODY { l.put(to + k * t2, i, all(l, x)); });
    }
  } else if (s2 == 1 && t3 == 1) {
    transposeRows(from, to, d2, d3, s3, t2);
  } else {
    for (i32 k = 0; k < d2; k++) for (i32 l = 0; l < d3; l++) to[k * t2 + l * t3] = from[k * s2 + l * s3];
  }
}

/**
 * Rows from … to (of d3 elements each) of a copy of [any, d1, d2, d3] elements; s are the source's
 * strides (0 repeats), t the destination's.
 */
static void copy(
  In src, Out dst, i32 d1, i32 d2, i32 d3, i32 s0, i32 s1, i32 s2, i32 s3, i32 t0, i32 t1, i32 t2, i32 t3, i32 from, i32 to
) {
  for (i32 r = from; r < to;) {
    const i32 p = r / d2, k = r - p * d2;
    const i32 i = p / d1, j = p - i * d1;
    const i32 rows = min(d2 - k, to - r);
    const In a = src + ((i64)i * s0 + (i64)j * s1 + (i64)k * s2);
    copyPlane(a, dst + ((i64)i * t0 + (i64)j * t1 + (i64)k * t2), rows, d3, s2, s3, t2, t3);
    r += rows;
  }
}

/** The first of `count` ids that is neither below `limit` nor `except`, or −1. */
static i32 firstBadId(Ids ids, i32 count, i32 limit, i32 except) {
  for (i32 i = 0; i < count; i++) if ((u32)ids[i] >= (u32)limit && ids[i] != except) return i;
  return -1;
}

/** out[i] = the row ids[i] of table[any, width] for i from … to. */
static void gatherRows(In table, Ids ids, Out out, i32 width, i32 from, i32 to) {
  for (i32 i = from; i < to; i++) copyRow(table + (i64)ids[i] * width, out + (i64)i * width, width);
}

/**
 * Sixteens of columns from … to of out[ids[i]] += x[i] in the order of i, out zeroed first; ids that
 * are no row are left out.
 */
static void scatterAddRows(In x, Ids ids, Out out, i32 count, i32 rows, i32 width, i32 from, i32 to) {
  const i32 start = from * 16, end = min(width, to * 16);
  for (i32 r = 0; r < rows; r++) zero(out + ((i64)r * width + start), end - start);
  for (i32 i = 0; i < count; i++) {
    const i32 id = ids[i];
    if ((u32)id >= (u32)rows) continue;
    const In src = x + (i64)i * width;
    const Out dst = out + (i64)id * width;
    each(start, end, [=](auto l, i32 j) INLINE_BODY { l.put(dst, j, l.get(dst, j) + l.get(src, j)); });
  }
}

/** Rows from … to of out[any, n] = a + b; b may be absent (a alone), a too (zeros). */
static void fillRows(In a, In b, Out out, i32 n, i32 from, i32 to) {
  for (i32 r = from; r < to; r++) {
    const Out dst = out + (i64)r * n;
    if (!a) zero(dst, n);
    else if (!b) copyRow(a, dst, n);
    else each(0, n, [=](auto l, i32 j) INLINE_BODY { l.put(dst, j, l.get(a, j) + l.get(b, j)); });
  }
}

}  // namespace DL_LEVEL
}  // namespace dl
