// What follows a convolution while its results are still in the cache: a bias, an activation. The
// numbers are those of src/activation.ts.
import { exp, load, loadOne, sigmoid, splat, store, storeOne } from './simd'

@inline
function activate(activation: i32, x: v128, slope: v128): v128 {
  switch (activation) {
    case 0: return x
    case 1: return f32x4.pmax(x, splat(0)) // keeps NaN, as the next does
    case 2: return f32x4.pmin(f32x4.pmax(x, splat(0)), splat(6))
    case 3: return sigmoid(x)
    case 4: return v128.bitselect(f32x4.mul(x, slope), x, f32x4.lt(x, splat(0)))
    default: return v128.bitselect(f32x4.sub(exp(x), splat(1)), x, f32x4.lt(x, splat(0)))
  }
}

/** to = activation(from + bias), n floats; `bias` and `slopes` may be 0 (none), `to` may be `from`. */
export function finish(from: usize, to: usize, n: i32, bias: usize, activation: i32, slopes: usize): void {
  let j = 0
  for (; j + 4 <= n; j += 4) {
    const slope = slopes ? load(slopes, j) : splat(0)
    const x = bias ? f32x4.add(load(from, j), load(bias, j)) : load(from, j)
    store(to, j, activate(activation, x, slope))
  }
  for (; j < n; j++) {
    const slope = slopes ? loadOne(slopes, j) : splat(0)
    const x = bias ? f32x4.add(loadOne(from, j), loadOne(bias, j)) : loadOne(from, j)
    storeOne(to, j, activate(activation, x, slope))
  }
}
