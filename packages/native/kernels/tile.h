// The innermost piece of a matrix product: a tile of C out of panels of A, [k][6], and a panel of B,
// [k][TILE_COLUMNS]. Its sums, two vectors of B and one of A have to fit the registers: 12 of 16 are
// sums with 256 bits (6 × 16), 24 of 32 with 512 (12 × 32, two panels of A) and with NEON's 128 (6 × 16).
#pragma once
#include "lanes.h"

namespace dl {
namespace DL_LEVEL {

/** Rows of a panel of A; the host counts in them (TILE_ROWS in backend-wasm's src/gemm.ts). */
constexpr i32 TILE_ROWS = 6;
constexpr i32 TILE_COLUMNS = WIDE == 16 ? 32 : 16;
/** Vectors across a tile. */
constexpr i32 ACROSS = TILE_COLUMNS / WIDE;
/** Panels of A that one tile takes. */
constexpr i32 DOWN = WIDE == 16 ? 2 : 1;

/**
 * C[R, W vectors] += panels of A times one of B, `k` deep; panels of A are `step` floats apart, rows
 * of C `ldc`. Each sum is a chain of multiply-adds in the order of k: its bits depend on neither the
 * tile nor the blocks.
 */
template <i32 R, i32 W> static void addTile(i32 k, In a, i64 step, In b, Out c, i64 ldc) {
  Wide sums[R][W];
  times<R>([&](auto i) INLINE_BODY { times<W>([&](auto w) INLINE_BODY { sums[i][w] = load<Wide>(c, i * ldc + w * WIDE); }); });
  const float *p = raw(a, R > TILE_ROWS ? step + TILE_ROWS * k : TILE_ROWS * k);
  const float *q = raw(b, (i64)TILE_COLUMNS * k);
  for (; k > 0; k--) {
    Wide columns[W];
    times<W>([&](auto w) INLINE_BODY { __builtin_memcpy(&columns[w], q + w * WIDE, sizeof(Wide)); });
    times<R>([&](auto i) INLINE_BODY {
      const Wide x = splat<Wide>(p[i < TILE_ROWS ? i : step + i - TILE_ROWS]);
      times<W>([&](auto w) INLINE_BODY { sums[i][w] = madd(x, columns[w], sums[i][w]); });
    });
    p += TILE_ROWS;
    q += TILE_COLUMNS;
  }
  times<R>([&](auto i) INLINE_BODY { times<W>([&](auto w) INLINE_BODY { store(c, i * ldc + w * WIDE, sums[i][w]); }); });
}

/** addTile for 1 … 6 rows of one panel. */
template <i32 W> static void addRows(i32 rows, i32 k, In a, In b, Out c, i64 ldc) {
  switch (rows) {
    case 1: return addTile<1, W>(k, a, 0, b, c, ldc);
    case 2: return addTile<2, W>(k, a, 0, b, c, ldc);
    case 3: return addTile<3, W>(k, a, 0, b, c, ldc);
    case 4: return addTile<4, W>(k, a, 0, b, c, ldc);
    case 5: return addTile<5, W>(k, a, 0, b, c, ldc);
    default: return addTile<6, W>(k, a, 0, b, c, ldc);
  }
}

}  // namespace DL_LEVEL
}  // namespace dl
