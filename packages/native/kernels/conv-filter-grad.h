// The filter's gradient as the product patchesᵀ · dy, whose long dimension is the output pixels.
// Threads share the rows, which are the elements of a patch, so that there are no partial sums.
// Rows come in sixes of one run of taps: where its length is no multiple of 6, the last six has rows
// that belong to no tap, and the host drops them.
#pragma once
#include "gemm.h"
#include "geometry.h"

namespace dl {
namespace DL_LEVEL {

/** Pixels added up at a time: as many as let a block of patches of 120 rows stay in the second-level cache. */
constexpr i32 CHUNK = 256;

/** Floats of scratch a thread wants: a tile for the edges, a block of patchesᵀ, a panel of dy. */
static i32 convFilterGradScratch() { return SPARE + DEEP_ROWS * CHUNK + CHUNK * TILE_COLUMNS; }

/** The six elements `unit` of the patches of `count` pixels, as [pixel][6]. */
static void packElements(const Geometry &g, In x, i32 unit, i32 first, i32 count, Out dst) {
  const i32 c = g.channels;
  const i32 across = g.dilationX == 1 ? 1 : g.filterWidth;
  const i32 length = g.filterWidth / across * c;
  const i32 units = (length + TILE_ROWS - 1) / TILE_ROWS;
  const i32 run = unit / units, e = (unit - run * units) * TILE_ROWS;
  const i32 tapY = run / across * g.dilationY, tapX = run % across * g.dilationX - g.left;
  // pixels the six lie in, and the outputs for which the first and the last are inside the image
  i32 d[TILE_ROWS];
  for (i32 i = 0; i < TILE_ROWS; i++) d[i] = (e + i) / c;
  const i32 low = firstInside(tapX + d[0], g.strideX), high = endInside(tapX + d[5], g.strideX, g.width);
  const i64 step = (i64)g.strideX * c;
  i32 column = first % g.columns, row = first / g.columns % g.rows, image = first / g.columns / g.rows;
  while (count > 0) {
    const i32 stop = min(g.columns, column + count);
    count -= stop - column;
    const i32 y = row * g.strideY - g.top + tapY;
    if (within(y, g.height)) {
      const In line = x + (((i64)image * g.height + y) * g.width + tapX) * c + e;
      while (column < stop) {
        In src = line + column * step;
        if (column >= low && column < high) {
          for (const i32 end = min(stop, high); column < end; column++, src += step, dst += TILE_ROWS) copySix(src, dst);
        } else {
          const i32 at = column * g.strideX + tapX;
          for (i32 i = 0; i < TILE_ROWS; i++) dst[i] = within(at + d[i], g.width) ? src[i] : 0;
          dst += TILE_ROWS;
          column++;
        }
      }
    } else {
      zero(dst, (stop - column) * TILE_ROWS);
      dst += (stop - column) * TILE_ROWS;
    }
    column = 0;
    if (++row < g.rows) continue;
    row = 0;
    image++;
  }
}

/** Sixes of rows from … to of out[runs, length of a run rounded up to 6, outputs]. */
static void convFilterGrad(AGeometry geometry, In x, In dy, Out out, Out scratch, i32 from, i32 to, i32 thread) {
  const Geometry g = *geometry;
  const Out spare = scratch + (i64)thread * convFilterGradScratch();
  const Out patches = spare + SPARE;
  const Out panel = patches + DEEP_ROWS * CHUNK;
  const i32 n = g.outputs, pixels = g.images * g.rows * g.columns;
  for (i32 i0 = from * TILE_ROWS; i0 < to * TILE_ROWS; i0 += DEEP_ROWS) {
    const i32 m = min(DEEP_ROWS, to * TILE_ROWS - i0);
    zero(out + (i64)i0 * n, (i64)m * n);
    for (i32 p0 = 0; p0 < pixels; p0 += CHUNK) {
      const i32 k = min(CHUNK, pixels - p0);
      for (i32 i = 0; i < m; i += TILE_ROWS) packElements(g, x, (i0 + i) / TILE_ROWS, p0, k, patches + (i64)i * k);
      for (i32 j = 0; j < n; j += TILE_COLUMNS) {
        const i32 columns = min(TILE_COLUMNS, n - j);
        packPanels(dy + ((i64)p0 * n + j), n, 1, k, columns, panel, 0, 1);
        addBlock(patches, panel, k, out + ((i64)i0 * n + j), n, m, 0, columns, k, spare);
      }
    }
  }
}

}  // namespace DL_LEVEL
}  // namespace dl
