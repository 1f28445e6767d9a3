// One pass over a parameter per optimizer step. Outputs may be the inputs.
#pragma once
#include "lanes.h"

namespace dl {
namespace DL_LEVEL {

/** Elements from … to. `scale` points to one number, absent for 1; `shrink` is 1 − lr · decoupled decay; `buffer` may be absent. */
static void sgdStep(
  In param, In grad, In buffer, In scale, Out paramOut, Out bufferOut, float lr, float momentum, bool nesterov,
  float weightDecay, float shrink, i32 from, i32 to
) {
  const float s = scale ? scale[0] : 1;
  each(from, to, [=](auto l, i32 i) INLINE_BODY {
    const auto p = l.get(param, i), m = all(l, momentum);
    auto d = madd(all(l, weightDecay), p, l.get(grad, i) * all(l, s));
    if (buffer) {
      const auto velocity = madd(m, l.get(buffer, i), d);
      l.put(bufferOut, i, velocity);
      d = nesterov ? madd(m, velocity, d) : velocity;
    }
    l.put(paramOut, i, p * all(l, shrink) - all(l, lr) * d);
  });
}

/** Elements from … to. `stepSize` = lr / (1 − β1^t), `correction` = 1 / √(1 − β2^t), restN = 1 − βN, all computed by the host. */
static void adamStep(
  In param, In grad, In m, In v, In scale, Out paramOut, Out mOut, Out vOut, float weightDecay, float shrink,
  float beta1, float rest1, float beta2, float rest2, float stepSize, float correction, float eps, i32 from, i32 to
) {
  const float s = scale ? scale[0] : 1;
  each(from, to, [=](auto l, i32 i) INLINE_BODY {
    const auto p = l.get(param, i);
    const auto g = madd(all(l, weightDecay), p, l.get(grad, i) * all(l, s));
    const auto first = madd(all(l, beta1), l.get(m, i), all(l, rest1) * g);
    const auto second = madd(all(l, beta2), l.get(v, i), all(l, rest2) * (g * g));
    l.put(mOut, i, first);
    l.put(vOut, i, second);
    const auto denominator = sqrt(second) * all(l, correction) + all(l, eps);
    l.put(paramOut, i, p * all(l, shrink) - all(l, stepSize) * first / denominator);
  });
}

}  // namespace DL_LEVEL
}  // namespace dl
