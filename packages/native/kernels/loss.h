// Cross-entropy of logits[rows, classes] against integer labels, and of single logits against targets.
// Losses and gradients near 0 keep their digits: see core's ops of these names.
#pragma once
#include "reduce.h"

namespace dl {
namespace DL_LEVEL {

/** e^x of one number, with the bits of the vectors. */
INLINE float expOne(float x) { return exp(splat<V4>(x))[0]; }

/** Σ e^(x − peak) over all classes of a row but the label's, in float32 over stretches of 256. */
static double sumOthers(In x, i32 classes, i32 label, float peak) {
  double total = 0;
  Signed<Wide> lanes;
  for (i32 i = 0; i < WIDE; i++) lanes[i] = i;
  for (i32 i = 0; i < classes;) {
    const i32 end = min(classes, i + 256);
    V4 part = {};
    for (; i + WIDE <= end; i += WIDE) part = addFours(part, masked(exp(load<Wide>(x, i) - peak), lanes + i != label));
    for (; i + 4 <= end; i += 4) part += masked(exp(load<V4>(x, i) - peak), (I4){i, i + 1, i + 2, i + 3} != label);
    float sum = sumLanes(part);
    for (; i < end; i++) if (i != label) sum += expOne(x[i] - peak);
    total += sum;
  }
  return total;
}

/** Writes losses, peaks and Σ e^(x − peak) without the label for rows from … to; every label is a class or `ignore`. */
static void crossEntropy(In logits, Ids labels, Out losses, Out peaks, Out others, i32 classes, i32 ignore, i32 from, i32 to) {
  for (i32 r = from; r < to; r++) {
    const In x = logits + (i64)r * classes;
    const i32 label = labels[r];
    const float peak = maxRow(x, classes);
    const double rest = sumOthers(x, classes, label, peak);
    peaks[r] = peak;
    others[r] = (float)rest;
    if (label == ignore) {
      losses[r] = 0;
      continue;
    }
    const float distance = peak - x[label];
    const float own = expOne(-distance);
    losses[r] = distance + log1p(splat<V4>((float)(rest + ((double)own - 1))))[0];
  }
}

/** How many labels are not `ignore`. */
static i32 countLabels(Ids labels, i32 rows, i32 ignore) {
  i32 count = 0;
  for (i32 r = 0; r < rows; r++) count += labels[r] != ignore;
  return count;
}

/**
 * Rows from … to of dlogits = (softmax − onehot) · dy / divisor, those with the label `ignore` 0; dy
 * holds one number for all rows (`every` false) or one a row. For the label, softmax − 1 is −others / Σ.
 */
static void crossEntropyGrad(
  In logits, Ids labels, In peaks, In others, In dy, bool every, float divisor, Out out, i32 classes, i32 ignore,
  i32 from, i32 to
) {
  for (i32 r = from; r < to; r++) {
    const In x = logits + (i64)r * classes;
    const Out dx = out + (i64)r * classes;
    const i32 label = labels[r];
    if (label == ignore) {
      zero(dx, classes);
      continue;
    }
    const float peak = peaks[r], rest = others[r];
    const bool isClass = (u32)label < (u32)classes;
    const float own = isClass ? expOne(x[label] - peak) : 0;
    const float factor = dy[every ? r : 0] / divisor / (rest + own);
    each(0, classes, [=](auto l, i32 j) INLINE_BODY { l.put(dx, j, exp(l.get(x, j) - all(l, peak)) * all(l, factor)); });
    if (isClass) dx[label] = -rest * factor;
  }
}

/** Elements from … to of out = |x| · (share of the wrong side) + log1p(e^−|x|). */
static void binaryCrossEntropy(In x, In t, Out out, i32 from, i32 to) {
  each(from, to, [=](auto l, i32 i) INLINE_BODY {
    const auto logit = l.get(x, i), target = l.get(t, i), none = all(l, 0);
    const auto size = absolute(logit);
    const auto wrong = blend(1 - target, target, logit > none);
    // an infinite logit on the right side costs nothing, where ∞ · 0 is NaN
    const auto far = masked(size * wrong, wrong != none);
    l.put(out, i, far + log1p(exp(negated(size))));
  });
}

/** Elements from … to of out = (σ(x) − t) · dy. */
static void binaryCrossEntropyGrad(In x, In t, In dy, Out out, i32 from, i32 to) {
  each(from, to, [=](auto l, i32 i) INLINE_BODY {
    const auto logit = l.get(x, i), target = l.get(t, i);
    const auto power = exp(negated(absolute(logit)));
    const auto small = power / (power + 1);
    const auto slope = blend(1 - target - small, small - target, logit > all(l, 0));
    l.put(out, i, slope * l.get(dy, i));
  });
}

}  // namespace DL_LEVEL
}  // namespace dl
