// Convolution as the product patches · filter. The patches are never written out: six output pixels
// at a time go straight from the image into the panels that the tile reads.
#pragma once
#include "activation.h"
#include "gemm.h"
#include "geometry.h"

namespace dl {
namespace DL_LEVEL {

/** What is known of an output pixel: where its window begins, where its image and its result lie (in floats). */
struct Pixel {
  i32 y, x, image, to;
};
/** A row that no filter reaches: pixels that only fill up a tile read zeros. */
constexpr i32 NOWHERE = INT32_MIN / 2;

/** Floats of scratch a thread of `conv` wants: a tile for the edges, a block of patches, its pixels, its outputs, borders. */
static i32 convScratch(i32 outputs, i32 run) {
  return SPARE + TILE_ROWS * run + DEEP_ROWS * (KC + (i32)sizeof(Pixel) / 4 + outputs);
}

static void findPixels(const Geometry &g, i32 first, i32 m, Ptr<Pixel> pixels) {
  i32 column = first % g.columns, row = first / g.columns % g.rows, image = first / g.columns / g.rows;
  i32 i = 0;
  for (; i < m; i++) {
    pixels[i] = {
      row * g.strideY - g.top, column * g.strideX - g.left, image * g.height * g.width * g.channels,
      image * g.imageStep + row * g.rowStep + column * g.columnStep,
    };
    if (++column < g.columns) continue;
    column = 0;
    if (++row < g.rows) continue;
    row = 0;
    image++;
  }
  for (; i % TILE_ROWS; i++) pixels[i] = {NOWHERE, 0, 0, 0};
}

/** Copies a run that begins at column `x` to `to`, with zeros for what lies outside. */
static In bordered(const Geometry &g, In from, i32 x, i32 taps, Out to) {
  const i32 c = g.channels;
  const i32 start = min(taps, max(0, -x)) * c, end = max(start, min(taps, g.width - x) * c);
  zero(to, start);
  copyFloats(from + start, to + start, end - start);
  zero(to + end, taps * c - end);
  return to;
}

/** Where a run of `taps` taps of a pixel can be read. */
INLINE In source(const Geometry &g, In image, const Pixel &p, i32 dy, i32 dx, i32 taps, In zeros, Out border) {
  const i32 y = p.y + dy, x = p.x + dx;
  if (!within(y, g.height)) return zeros;
  const In from = image + ((i64)p.image + ((i64)y * g.width + x) * g.channels);
  return x >= 0 && x + taps <= g.width ? from : bordered(g, from, x, taps, border);
}

/** Elements k0 … k1 of the patches of six pixels as [k][6]. Taps side by side are one run of memory. */
static void packPatches(const Geometry &g, In image, Ptr<const Pixel> pixels, In zeros, Out borders, i32 k0, i32 k1, Out dst) {
  const i32 across = g.dilationX == 1 ? 1 : g.filterWidth, taps = g.filterWidth / across;
  const i32 length = taps * g.channels;
  const i32 run = k0 / length;
  i32 skip = k0 - run * length, column = run % across, dy = run / across * g.dilationY;
  while (k0 < k1) {
    const i32 n = min(length - skip, k1 - k0);
    In r[TILE_ROWS];
    for (i32 i = 0; i < TILE_ROWS; i++) {
      r[i] = source(g, image, pixels[i], dy, column * g.dilationX, taps, zeros, borders + (i64)i * length) + skip;
    }
    packSix(r, n, dst);
    dst += (i64)n * TILE_ROWS;
    k0 += n;
    skip = 0;
    if (++column < across) continue;
    column = 0;
    dy += g.dilationY;
  }
}

/**
 * out = activation(patches · filter + bias) for the units `from` … `to` of six pixels each. The
 * filter is packed, `zeros` points to a row of taps that are 0.
 */
static void conv(
  AGeometry geometry, In x, In packed, Out out, In bias, i32 activation, In slopes, In zeros, Out scratch,
  i32 from, i32 to, i32 thread
) {
  const Geometry g = *geometry;
  const i32 n = g.outputs;
  const Out spare = scratch + (i64)thread * convScratch(n, g.filterWidth * g.channels);
  const Out patches = spare + SPARE;
  const Ptr<Pixel> pixels = as<Pixel>(patches + DEEP_ROWS * KC);
  const Out results = as<float>(pixels + DEEP_ROWS);
  const Out borders = results + (i64)DEEP_ROWS * n;
  const i32 k = g.filterHeight * g.filterWidth * g.channels;
  const bool direct = g.columnStep == n && g.rowStep == g.columns * n && g.imageStep == g.rows * g.rowStep;
  const bool plain = !bias && activation == 0;
  const i32 end = min(to * TILE_ROWS, g.images * g.rows * g.columns);
  for (i32 i0 = from * TILE_ROWS; i0 < end; i0 += DEEP_ROWS) {
    const i32 m = min(DEEP_ROWS, end - i0);
    const Out c = direct ? out + (i64)i0 * n : results;
    findPixels(g, i0, m, pixels);
    zero(c, (i64)m * n);
    for (i32 k0 = 0; k0 < k; k0 += KC) {
      const i32 kc = min(KC, k - k0);
      for (i32 i = 0; i < m; i += TILE_ROWS) packPatches(g, x, pixels + i, zeros, borders, k0, k0 + kc, patches + (i64)i * kc);
      addBlock(patches, packed + (i64)k0 * NR, k, c, n, m, 0, n, kc, spare);
    }
    if (direct && plain) continue;
    for (i32 i = 0; i < m; i++) {
      const Out result = c + (i64)i * n, place = out + pixels[i].to;
      if (plain) copyFloats(result, place, n);
      else finish(result, place, n, bias, activation, slopes);
    }
  }
}

}  // namespace DL_LEVEL
}  // namespace dl
