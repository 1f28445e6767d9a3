// Pooling of images, each channel by itself. What a window has outside the image counts for nothing.
#pragma once
#include "geometry.h"
#include "lanes.h"

namespace dl {
namespace DL_LEVEL {

template <bool LARGEST> static void poolRows(const Geometry &g, In x, Out out, i32 from, i32 to) {
  const i64 c = g.channels, line = g.width * c;
  for (i32 o = from; o < to; o++) {
    const i32 image = o / g.rows, y = (o - image * g.rows) * g.strideY - g.top;
    const i32 y0 = max(0, y), rows = max(0, min(g.height, y + g.filterHeight) - y0);
    for (i32 i = 0; i < g.columns; i++) {
      const i32 u = i * g.strideX - g.left;
      const i32 u0 = max(0, u), columns = max(0, min(g.width, u + g.filterWidth) - u0);
      const In src = x + (((i64)image * g.height + y0) * g.width + u0) * c;
      const Out dst = out + ((i64)o * g.columns + i) * c;
      const float count = (float)(rows * columns);
      each(0, g.channels, [=](auto l, i32 j) INLINE_BODY {
        typedef decltype(all(l, 0)) V;
        V v = all(l, LARGEST ? -__builtin_inff() : 0);
        Signed<V> nans = {};
        for (i32 r = 0; r < rows; r++) {
          for (i32 q = 0; q < columns; q++) {
            const V b = l.get(src, r * line + q * c + j);
            // pmax passes over NaN
            v = LARGEST ? pmax(v, b) : v + b;
            if (LARGEST) nans |= b != b;
          }
        }
        l.put(dst, j, LARGEST ? (V)((Signed<V>)v | nans) : v / all(l, count));
      });
    }
  }
}

/** Rows of outputs from … to: the largest values, or the means of what lies inside. */
static void pool(AGeometry geometry, bool largest, In x, Out out, i32 from, i32 to) {
  const Geometry g = *geometry;
  if (largest) poolRows<true>(g, x, out, from, to);
  else poolRows<false>(g, x, out, from, to);
}

/**
 * One image, `width` of its channels. What a value of dy does to dx: it goes to the first place in the
 * window that holds the largest value y, or with `share` of its size to every place.
 */
template <bool LARGEST> static void spreadImage(const Geometry &g, In x, In y, In dy, Out dx, i32 width) {
  const i64 c = g.channels, line = g.width * c;
  const float share = 1 / (float)(g.filterHeight * g.filterWidth);
  for (i32 p = 0; p < g.height * g.width; p++) zero(dx + p * c, width);
  for (i32 o = 0; o < g.rows; o++) {
    const i32 v = o * g.strideY - g.top;
    const i32 v0 = max(0, v), rows = max(0, min(g.height, v + g.filterHeight) - v0);
    for (i32 i = 0; i < g.columns; i++) {
      const i32 u = i * g.strideX - g.left;
      const i32 u0 = max(0, u), columns = max(0, min(g.width, u + g.filterWidth) - u0);
      const i64 inside = ((i64)v0 * g.width + u0) * c, outside = ((i64)o * g.columns + i) * c;
      each(0, width, [&](auto l, i32 j) INLINE_BODY {
        typedef decltype(all(l, 0)) V;
        const V whole = l.get(dy, outside + j), best = LARGEST ? l.get(y, outside + j) : whole;
        Signed<V> open = ~Signed<V>{};
        for (i32 r = 0; r < rows; r++) {
          for (i32 q = 0; q < columns; q++) {
            const i64 p = inside + r * line + q * c + j;
            V flow;
            if (LARGEST) {
              const Signed<V> hit = open & (l.get(x, p) == best);
              open &= ~hit;
              flow = masked(whole, hit);
            } else flow = whole * all(l, share);
            l.put(dx, p, l.get(dx, p) + flow);
          }
        }
      });
    }
  }
}

/**
 * The gradient dx of `pool` from dy and, for the largest values, from x and the result y. A unit is
 * `width` channels of an image. Means get dy / (window's size), also at the border.
 */
static void poolGrad(AGeometry geometry, bool largest, In x, In y, In dy, Out dx, i32 width, i32 from, i32 to) {
  const Geometry g = *geometry;
  const i32 groups = (g.channels + width - 1) / width;
  for (i32 unit = from; unit < to; unit++) {
    const i32 image = unit / groups, j = (unit - image * groups) * width;
    const i64 inside = (i64)image * g.height * g.width * g.channels + j;
    const i64 outside = (i64)image * g.rows * g.columns * g.channels + j;
    const i32 n = min(width, g.channels - j);
    if (largest) spreadImage<true>(g, x + inside, y + outside, dy + outside, dx + inside, n);
    else spreadImage<false>(g, x + inside, y + outside, dy + outside, dx + inside, n);
  }
}

}  // namespace DL_LEVEL
}  // namespace dl
