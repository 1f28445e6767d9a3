// Copies of both factors in the order in which the tile reads them. They absorb any transposition:
// strides are given for both dimensions.
#pragma once
#include "tile.h"

namespace dl {
namespace DL_LEVEL {

constexpr i32 NR = TILE_COLUMNS;

/** n elements from each of six places, interleaved: [n][6]. */
INLINE void packSix(const In r[6], i64 n, Out dst) {
  i64 q = 0;
  for (; q + 4 <= n; q += 4) {
    V4 t[4] = {load<V4>(r[0], q), load<V4>(r[1], q), load<V4>(r[2], q), load<V4>(r[3], q)};
    transpose(t);
    const V4 x = load<V4>(r[4], q), y = load<V4>(r[5], q);
    const V4 low = SHUFFLE(x, y, 0, 4, 1, 5), high = SHUFFLE(x, y, 2, 6, 3, 7);
    // six vectors of the 24 elements in their order
    store(dst, 0, t[0]);
    store(dst, 4, SHUFFLE(low, t[1], 0, 1, 4, 5));
    store(dst, 8, SHUFFLE(t[1], low, 2, 3, 6, 7));
    store(dst, 12, t[2]);
    store(dst, 16, SHUFFLE(high, t[3], 0, 1, 4, 5));
    store(dst, 20, SHUFFLE(t[3], high, 2, 3, 6, 7));
    dst += 4 * TILE_ROWS;
  }
  for (; q < n; q++, dst += TILE_ROWS) for (i32 i = 0; i < TILE_ROWS; i++) dst[i] = r[i][q];
}

/** Six floats. */
INLINE void copySix(In from, Out to) { __builtin_memcpy(raw(to, 6), raw(from, 6), 24); }

/** Rows × k of A into panels of six rows, [panel][k][6], rows beyond the end as zeros. */
static void packRows(In a, i64 rs, i64 cs, i32 rows, i32 k, Out dst) {
  for (i32 i = 0; i < rows; i += TILE_ROWS, dst += (i64)k * TILE_ROWS) {
    const In src = a + i * rs;
    const i32 left = min(TILE_ROWS, rows - i);
    if (left == TILE_ROWS && cs == 1) {
      const In r[6] = {src, src + rs, src + 2 * rs, src + 3 * rs, src + 4 * rs, src + 5 * rs};
      packSix(r, k, dst);
    } else if (left == TILE_ROWS && rs == 1) {
      for (i32 p = 0; p < k; p++) copySix(src + p * cs, dst + p * TILE_ROWS);
    } else {
      for (i32 p = 0; p < k; p++) {
        for (i32 r = 0; r < TILE_ROWS; r++) dst[p * TILE_ROWS + r] = r < left ? src[r * rs + p * cs] : 0;
      }
    }
  }
}

/** Panels from … to of a k×n matrix, each [k][NR], columns beyond the end as zeros. */
static void packPanels(In b, i64 rs, i64 cs, i32 k, i32 n, Out dst, i32 from, i32 to) {
  const i64 panelFloats = (i64)k * NR;
  const i32 full = min(to, n / NR);
  if (cs == 1) {
    // few rows at a time, so that a page is not touched anew for every panel
    for (i32 p0 = 0; p0 < k; p0 += 16) {
      const i32 p1 = min(k, p0 + 16);
      for (i32 j = from; j < full; j++) {
        const Out panel = dst + j * panelFloats;
        for (i32 p = p0; p < p1; p++) {
          const In src = b + (p * rs + j * NR);
          for (i32 c = 0; c < NR; c += WIDE) store(panel, (i64)p * NR + c, load<Wide>(src, c));
        }
      }
    }
  } else {
    for (i32 j = from; j < full; j++) {
      const Out panel = dst + j * panelFloats;
      const In src = b + j * NR * cs;
      i32 p = 0;
      if (rs == 1) {
        for (; p + 4 <= k; p += 4) {
          for (i32 c = 0; c < NR; c += 4) {
            const In r = src + (c * cs + p);
            storeTransposed(load<V4>(r), load<V4>(r, cs), load<V4>(r, 2 * cs), load<V4>(r, 3 * cs), panel + ((i64)p * NR + c), NR);
          }
        }
      }
      for (; p < k; p++) for (i32 c = 0; c < NR; c++) panel[(i64)p * NR + c] = src[p * rs + c * cs];
    }
  }
  if (full < to) {
    const i32 left = n - full * NR;
    const Out panel = dst + full * panelFloats;
    const In src = b + full * NR * cs;
    for (i32 p = 0; p < k; p++) {
      for (i32 c = 0; c < NR; c++) panel[(i64)p * NR + c] = c < left ? src[p * rs + c * cs] : 0;
    }
  }
}

/** Bytes of the packed form of a k×n matrix. */
static u32 packedBytes(i32 k, i32 n) { return (u32)k * (u32)((n + NR - 1) / NR) * (NR * 4); }
/** How wide the panels of a packed B are. */
static i32 panelColumns() { return NR; }

static void packB(In b, i32 rs, i32 cs, i32 k, i32 n, Out dst, i32 from, i32 to) {
  packPanels(b, rs, cs, k, n, dst, from, to);
}

}  // namespace DL_LEVEL
}  // namespace dl
