// Convolutions that keep channels apart: every channel has a filter of its own.
#pragma once
#include "activation.h"
#include "geometry.h"

namespace dl {
namespace DL_LEVEL {

/** Rows of outputs from … to: out = activation(x · filter + bias), with as many outputs as channels. */
static void depthwise(
  AGeometry geometry, In x, In filter, Out out, In bias, i32 activation, In slopes, i32 from, i32 to
) {
  const Geometry g = *geometry;
  const i32 c = g.channels;
  const bool plain = !bias && activation == 0;
  for (i32 unit = from; unit < to; unit++) {
    const i32 image = unit / g.rows, row = unit - image * g.rows;
    const i32 y = row * g.strideY - g.top;
    const i32 i0 = firstInside(y, g.dilationY), i1 = min(g.filterHeight, endInside(y, g.dilationY, g.height));
    const Out line = out + ((i64)image * g.imageStep + (i64)row * g.rowStep);
    for (i32 column = 0; column < g.columns; column++) {
      const i32 left = column * g.strideX - g.left;
      const i32 j0 = firstInside(left, g.dilationX), j1 = min(g.filterWidth, endInside(left, g.dilationX, g.width));
      const In corner = x + (((i64)image * g.height + y) * g.width + left) * c;
      const Out result = line + (i64)column * g.columnStep;
      each(0, c, [&](auto l, i32 k) INLINE_BODY {
        auto sum = all(l, 0);
        for (i32 i = i0; i < i1; i++) {
          const In a = corner + (i64)i * g.dilationY * g.width * c, w = filter + (i64)i * g.filterWidth * c;
          for (i32 j = j0; j < j1; j++) sum = madd(l.get(a, (i64)j * g.dilationX * c + k), l.get(w, (i64)j * c + k), sum);
        }
        l.put(result, k, sum);
      });
      if (!plain) finish(result, result, c, bias, activation, slopes);
    }
  }
}

/** Adds to each tap's gradient what one row of outputs contributes. */
static void addRow(const Geometry &g, In image, i32 row, In dy, Out part) {
  const i32 c = g.channels;
  const i32 y = row * g.strideY - g.top;
  const i32 i1 = min(g.filterHeight, endInside(y, g.dilationY, g.height));
  for (i32 i = firstInside(y, g.dilationY); i < i1; i++) {
    for (i32 j = 0; j < g.filterWidth; j++) {
      const i32 offset = j * g.dilationX - g.left;
      const i32 first = firstInside(offset, g.strideX);
      const i32 count = min(g.columns, endInside(offset, g.strideX, g.width)) - first;
      if (count <= 0) continue;
      const In a = image + (((i64)y + i * g.dilationY) * g.width + first * g.strideX + offset) * c;
      const In b = dy + (i64)first * c;
      const Out to = part + ((i64)i * g.filterWidth + j) * c;
      const i64 step = (i64)g.strideX * c;
      each(0, c, [=](auto l, i32 k) INLINE_BODY {
        auto sum = all(l, 0);
        for (i32 p = 0; p < count; p++) sum = madd(l.get(a, p * step + k), l.get(b, (i64)p * c + k), sum);
        l.put(to, k, l.get(to, k) + sum);
      });
    }
  }
}

/**
 * The filter's gradient from `rows` rows of outputs for each of the units from … to, one beside the
 * other in out[unit, filterHeight, filterWidth, channels].
 */
static void depthwiseFilterGrad(AGeometry geometry, In x, In dy, Out out, i32 rows, i32 from, i32 to) {
  const Geometry g = *geometry;
  const i64 size = (i64)g.filterHeight * g.filterWidth * g.channels;
  const i32 total = g.images * g.rows;
  for (i32 unit = from; unit < to; unit++) {
    const Out part = out + unit * size;
    zero(part, size);
    const i32 end = min(total, (unit + 1) * rows);
    for (i32 r = unit * rows; r < end; r++) {
      const i32 image = r / g.rows;
      addRow(g, x + (i64)image * g.height * g.width * g.channels, r - image * g.rows, dy + (i64)r * g.columns * g.channels, part);
    }
  }
}

}  // namespace DL_LEVEL
}  // namespace dl
