// Matrix product C (+)= A·B out of tiles, on packed factors.
#pragma once
#include "pack.h"

namespace dl {
namespace DL_LEVEL {

/** Depth of a block: a panel of B stays in the first-level cache. */
constexpr i32 KC = 256;
/** Rows of A copied at a time (KC · DEEP_ROWS floats stay in the second-level cache). */
constexpr i32 DEEP_ROWS = 120;

/** Floats of one tile at the right edge. */
constexpr i32 SPARE = TILE_ROWS * TILE_COLUMNS;

/** Bytes of scratch each thread wants in `gemm`: one tile for the edges, one block of A. */
static i32 gemmScratch() { return (SPARE + DEEP_ROWS * KC) * 4; }

/** A tile whose columns are no whole vectors goes through a spare one. */
static void addEdge(i32 rows, i32 columns, i32 k, In a, In b, Out c, i64 ldc, Out spare) {
  for (i32 i = 0; i < rows; i++) for (i32 j = 0; j < columns; j++) spare[i * TILE_COLUMNS + j] = c[i * ldc + j];
  if (columns <= WIDE) addRows<1>(rows, k, a, b, spare, TILE_COLUMNS);
  else addRows<ACROSS>(rows, k, a, b, spare, TILE_COLUMNS);
  for (i32 i = 0; i < rows; i++) for (i32 j = 0; j < columns; j++) c[i * ldc + j] = spare[i * TILE_COLUMNS + j];
}

/** Adds to columns j0 … j1 of a block of C the product of packed rows of A and panels of B, `kc` of their `k` deep. */
static void addBlock(In blockA, In panels, i32 k, Out c, i64 ldc, i32 rows, i32 j0, i32 j1, i32 kc, Out spare) {
  for (i32 j = j0; j < j1; j += NR) {
    const In panel = panels + (i64)(j / NR) * k * NR;
    const i32 wide = min(NR, j1 - j);
    for (i32 i = 0; i < rows;) {
      const In panelA = blockA + (i64)i * kc;
      const Out tileC = c + (i * ldc + j);
      if (DOWN == 2 && wide == NR && i + 2 * TILE_ROWS <= rows) {
        addTile<DOWN * TILE_ROWS, ACROSS>(kc, panelA, (i64)kc * TILE_ROWS, panel, tileC, ldc);
        i += 2 * TILE_ROWS;
        continue;
      }
      const i32 high = min(TILE_ROWS, rows - i);
      if (wide == NR) addRows<ACROSS>(high, kc, panelA, panel, tileC, ldc);
      else if (wide == WIDE) addRows<1>(high, kc, panelA, panel, tileC, ldc);
      else addEdge(high, wide, kc, panelA, panel, tileC, ldc, spare);
      i += TILE_ROWS;
    }
  }
}

/**
 * Blocks from … to of C (+)= A·B for a packed B; C is cut into blocks of `blockRows` (up to 120) by
 * `blockColumns` (whole panels), numbered row by row.
 */
static void gemm(
  In a, i32 ars, i32 acs, In packed, Out c, i32 ldc, i32 m, i32 n, i32 k, bool accumulate, Out scratch,
  i32 blockRows, i32 blockColumns, i32 from, i32 to, i32 thread
) {
  const Out spare = scratch + (i64)thread * (gemmScratch() / 4);
  const Out blockA = spare + SPARE;
  const i32 across = (n + blockColumns - 1) / blockColumns;
  // while the whole depth of A's rows fits, the next block of the same rows finds them packed
  i32 held = -1;
  for (i32 block = from; block < to; block++) {
    const i32 row = block / across, i0 = row * blockRows, rows = min(blockRows, m - i0);
    const i32 j0 = (block - row * across) * blockColumns, j1 = min(n, j0 + blockColumns);
    if (!accumulate) for (i32 i = i0; i < i0 + rows; i++) zero(c + ((i64)i * ldc + j0), j1 - j0);
    for (i32 k0 = 0; k0 < k; k0 += KC) {
      const i32 kc = min(KC, k - k0);
      if (held != row || k > KC) packRows(a + ((i64)i0 * ars + (i64)k0 * acs), ars, acs, rows, kc, blockA);
      held = row;
      addBlock(blockA, packed + (i64)k0 * NR, k, c + (i64)i0 * ldc, ldc, rows, j0, j1, kc, spare);
    }
  }
}

/**
 * Products from … to of many small ones, each A[m, k]·B[k, n] into the next m·n elements of C. Where
 * its factors begin stands in `starts`: a pair of addresses for each.
 */
static void gemmMany(
  Memory memory, Ids starts, i32 ars, i32 acs, i32 brs, i32 bcs, Out c, i32 m, i32 n, i32 k, bool accumulate,
  Out scratch, i32 length, i32 from, i32 to, i32 thread
) {
  const Out own = scratch + (i64)thread * (length / 4);
  const Out packed = own + gemmScratch() / 4;
  In last = nullptr;
  for (i32 i = from; i < to; i++) {
    const In a = memory.at<const float>(starts[2 * i]), b = memory.at<const float>(starts[2 * i + 1]);
    // a B that is broadcast serves one product after another
    if (b != last) packPanels(b, brs, bcs, k, n, packed, 0, (n + NR - 1) / NR);
    last = b;
    const i32 blocks = (m + DEEP_ROWS - 1) / DEEP_ROWS;
    gemm(a, ars, acs, packed, c + (i64)i * m * n, n, m, n, k, accumulate, own, DEEP_ROWS, n, 0, blocks, 0);
  }
}

}  // namespace DL_LEVEL
}  // namespace dl
