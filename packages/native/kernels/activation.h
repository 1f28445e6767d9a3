// What follows a convolution while its results are still in the cache: a bias, an activation. The
// numbers are those of backend-wasm's src/activation.ts.
#pragma once
#include "lanes.h"
#include "math.h"

namespace dl {
namespace DL_LEVEL {

template <class V> INLINE V activate(i32 activation, V x, V slope) {
  switch (activation) {
    case 0: return x;
    case 1: return pmax(x, V{});
    case 2: return pmin(pmax(x, V{}), splat<V>(6));
    case 3: return sigmoid(x);
    case 4: return blend(x * slope, x, x < V{});
    default: return blend(exp(x) - 1, x, x < V{});
  }
}

/** to = activation(from + bias), n floats; `bias` and `slopes` may be absent, `to` may be `from`. */
static void finish(In from, Out to, i32 n, In bias, i32 activation, In slopes) {
  each(0, n, [=](auto l, i32 j) INLINE_BODY {
    const auto slope = slopes ? l.get(slopes, j) : all(l, 0);
    const auto x = bias ? l.get(from, j) + l.get(bias, j) : l.get(from, j);
    l.put(to, j, activate(activation, x, slope));
  });
}

}  // namespace DL_LEVEL
}  // namespace dl
