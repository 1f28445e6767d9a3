// How fast multiply-adds can get: the tile of the products on panels that stay in the first-level
// cache. What benchmarks hold every product against; no operation uses it.
#pragma once
#include "tile.h"

namespace dl {
namespace DL_LEVEL {

/** A unit is so many columns of C of a tile of six rows: 2·6·48·k operations. */
constexpr i32 UNIT_COLUMNS = 48;

/** Runs units from … to on zeros. `scratch` holds `length` bytes for each thread: panels of A and B, and C. */
static void roof(i32 k, Out scratch, i32 length, i32 from, i32 to, i32 thread) {
  const Out a = scratch + (i64)thread * (length / 4);
  const Out b = a + TILE_ROWS * k, c = b + TILE_COLUMNS * k;
  zero(a, length / 4);
  // a tile of twelve rows reads the same panel of A twice; sums all stay 0
  const i32 columns = (to - from) * UNIT_COLUMNS;
  for (i32 j = 0; j < columns; j += DOWN * TILE_COLUMNS) addTile<DOWN * TILE_ROWS, ACROSS>(k, a, 0, b, c, TILE_COLUMNS);
}

}  // namespace DL_LEVEL
}  // namespace dl
