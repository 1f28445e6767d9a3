// Batch normalisation of x[rows, channels]. With `relu`, max(x, 0) stands for x everywhere. Rows are
// cut into chunks of `length`; what the chunks found is put together in their order.
#pragma once
#include "lanes.h"

namespace dl {
namespace DL_LEVEL {

template <class V> INLINE V rectified(bool relu, V x) { return relu ? pmax(x, V{}) : x; }  // keeps NaN

/**
 * Pivots near the means, Σ(x − pivot) and Σ(x − pivot)² of chunks from … to, into parts[chunks, 3,
 * channels]; the pivot is the mean of the first sixteenth of the rows. Rows are summed in two halves,
 * the even and the odd.
 */
static void batchNormMoments(In x, Out parts, i32 rows, i32 channels, i32 length, bool relu, i32 from, i32 to) {
  for (i32 k = from; k < to; k++) {
    const i32 start = k * length, n = min(length, rows - start), few = (n + 15) >> 4;
    const In src = x + (i64)start * channels;
    const Out dst = parts + (i64)3 * k * channels;
    const i64 c = channels;
    each(0, channels, [=](auto l, i32 j) INLINE_BODY {
      auto s = all(l, 0);
      for (i32 r = 0; r < few; r++) s = s + rectified(relu, l.get(src, r * c + j));
      const auto pivot = s / all(l, (float)few);
      auto a1 = all(l, 0), a2 = a1, b1 = a1, b2 = a1;
      i32 r = 0;
      for (; r + 2 <= n; r += 2) {
        const auto a = rectified(relu, l.get(src, r * c + j)) - pivot, b = rectified(relu, l.get(src, r * c + c + j)) - pivot;
        a1 = a1 + a;
        b1 = b1 + b;
        a2 = madd(a, a, a2);
        b2 = madd(b, b, b2);
      }
      if (r < n) {
        const auto a = rectified(relu, l.get(src, r * c + j)) - pivot;
        a1 = a1 + a;
        a2 = madd(a, a, a2);
      }
      l.put(dst, j, pivot);
      l.put(dst, c + j, a1 + b1);
      l.put(dst, 2 * c + j, a2 + b2);
    });
  }
}

/** Mean and variance of channels from … to out of the chunks' moments. `rest` is what the mean has beyond its float32 digits. */
static void batchNormStatistics(
  In parts, Out mean, Out rest, Out variance, i32 rows, i32 channels, i32 length, i32 from, i32 to
) {
  const double count = max(rows, 1);  // the mean of nothing is 0, as in tfjs
  const i64 c = channels;
  for (i32 j = from; j < to; j++) {
    double total = 0;
    In p = parts + j;
    for (i32 start = 0; start < rows; start += length, p += 3 * c) {
      total += (double)min(length, rows - start) * (double)p[0] + (double)p[c];
    }
    const double centre = total / count;
    double squares = 0;
    p = parts + j;
    for (i32 start = 0; start < rows; start += length, p += 3 * c) {
      const double n = min(length, rows - start);
      const double own = (double)p[c] / n, away = (double)p[0] + own - centre;
      squares += (double)p[2 * c] + n * (away * away - own * own);
    }
    mean[j] = (float)centre;
    rest[j] = (float)(centre - (double)(float)centre);
    const double spread = squares / count;
    variance[j] = (float)(spread != spread || spread > 0 ? spread : 0);
  }
}

INLINE float deviation(In variance, i32 j, float eps) { return __builtin_sqrtf(variance[j] + eps); }

/** scale = γ / σ and shift = β − rest · scale; γ, β and `rest` may be absent. */
static void batchNormScale(In variance, In gamma, In beta, In rest, float eps, Out scale, Out shift, i32 channels) {
  for (i32 j = 0; j < channels; j++) {
    const float s = (gamma ? gamma[j] : 1) / deviation(variance, j, eps);
    const float r = rest ? rest[j] : 0;
    scale[j] = s;
    shift[j] = (beta ? beta[j] : 0) - r * s;
  }
}

/** Rows from … to of out = (x − mean) · scale + shift. */
static void batchNormApply(In x, Out out, In mean, In scale, In shift, i32 channels, bool relu, i32 from, i32 to) {
  for (i32 r = from; r < to; r++) {
    const In src = x + (i64)r * channels;
    const Out dst = out + (i64)r * channels;
    each(0, channels, [=](auto l, i32 j) INLINE_BODY {
      l.put(dst, j, madd(rectified(relu, l.get(src, j)) - l.get(mean, j), l.get(scale, j), l.get(shift, j)));
    });
  }
}

/** Σ dy and Σ dy · (x − mean) of chunks from … to, into parts[chunks, 2, channels]. */
static void batchNormGradSums(
  In x, In dy, In mean, Out parts, i32 rows, i32 channels, i32 length, bool relu, i32 from, i32 to
) {
  for (i32 k = from; k < to; k++) {
    const i32 start = k * length, n = min(length, rows - start);
    const In src = x + (i64)start * channels, grads = dy + (i64)start * channels;
    const Out dst = parts + (i64)2 * k * channels;
    const i64 c = channels;
    each(0, channels, [=](auto l, i32 j) INLINE_BODY {
      const auto m = l.get(mean, j);
      auto s1 = all(l, 0), s2 = s1;
      for (i32 r = 0; r < n; r++) {
        const auto d = l.get(grads, r * c + j);
        s1 = s1 + d;
        s2 = madd(d, rectified(relu, l.get(src, r * c + j)) - m, s2);
      }
      l.put(dst, j, s1);
      l.put(dst, c + j, s2);
    });
  }
}

/**
 * dγ and dβ, and what dx takes from them: dx = dy · scale + (x − mean) · slope + offset. The last two
 * are 0 where mean and variance are constants (`training` false). x − mean is off by `rest` so far.
 */
static void batchNormGradScale(
  In parts, In variance, In scale, In rest, float eps, bool training, Out dgamma, Out dbeta, Out slope, Out offset,
  i32 rows, i32 channels, i32 length, i32 from, i32 to
) {
  const i64 c = channels;
  for (i32 j = from; j < to; j++) {
    double s1 = 0, s2 = 0;
    In p = parts + j;
    for (i32 start = 0; start < rows; start += length, p += 2 * c) {
      s1 += (double)p[0];
      s2 += (double)p[c];
    }
    const double d = deviation(variance, j, eps), r = rest[j];
    s2 -= r * s1;
    const double share = training ? -(double)scale[j] / (double)rows : 0;
    dgamma[j] = (float)(s2 / d);
    dbeta[j] = (float)s1;
    const double steep = share * s2 / (d * d);
    slope[j] = (float)steep;
    offset[j] = (float)(share * s1 - r * steep);
  }
}

/** Rows from … to of dx. */
static void batchNormGradInput(
  In x, In dy, Out out, In mean, In scale, In slope, In offset, i32 channels, bool relu, i32 from, i32 to
) {
  for (i32 r = from; r < to; r++) {
    const i64 start = (i64)r * channels;
    const In src = x + start, dys = dy + start;
    const Out dst = out + start;
    each(0, channels, [=](auto l, i32 j) INLINE_BODY {
      const auto input = l.get(src, j);
      const auto indirect = madd(rectified(relu, input) - l.get(mean, j), l.get(slope, j), l.get(offset, j));
      const auto dx = madd(l.get(dys, j), l.get(scale, j), indirect);
      l.put(dst, j, relu ? masked(dx, input > all(l, 0)) : dx);
    });
  }
}

}  // namespace DL_LEVEL
}  // namespace dl
