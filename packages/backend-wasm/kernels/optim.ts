// One pass over a parameter per optimizer step. Outputs may be the inputs.
import { get, loadOne, madd, put, splat } from './simd'

@inline
function sgd(
  one: bool, i: i32, param: usize, grad: usize, buffer: usize, paramOut: usize, bufferOut: usize,
  scale: v128, decay: v128, shrink: v128, lr: v128, momentum: v128, nesterov: bool,
): void {
  const p = get(one, param, i)
  let d = madd(decay, p, f32x4.mul(get(one, grad, i), scale))
  if (buffer != 0) {
    const velocity = madd(momentum, get(one, buffer, i), d)
    put(one, bufferOut, i, velocity)
    d = nesterov ? madd(momentum, velocity, d) : velocity
  }
  put(one, paramOut, i, f32x4.sub(f32x4.mul(p, shrink), f32x4.mul(lr, d)))
}

/** Elements from … to. `scale` is a pointer to one number, 0 for 1; `shrink` is 1 − lr · decoupled decay; `buffer` may be 0. */
export function sgdStep(
  param: usize, grad: usize, buffer: usize, scale: usize, paramOut: usize, bufferOut: usize,
  lr: f32, momentum: f32, nesterov: bool, weightDecay: f32, shrink: f32, from: i32, to: i32,
): void {
  const s = scale == 0 ? splat(1) : loadOne(scale, 0)
  const decay = splat(weightDecay), keep = splat(shrink), rate = splat(lr), m = splat(momentum)
  let i = from
  for (; i + 4 <= to; i += 4) sgd(false, i, param, grad, buffer, paramOut, bufferOut, s, decay, keep, rate, m, nesterov)
  for (; i < to; i++) sgd(true, i, param, grad, buffer, paramOut, bufferOut, s, decay, keep, rate, m, nesterov)
}

@inline
function adam(
  one: bool, i: i32, param: usize, grad: usize, m: usize, v: usize, paramOut: usize, mOut: usize, vOut: usize,
  scale: v128, decay: v128, shrink: v128, beta1: v128, rest1: v128, beta2: v128, rest2: v128,
  stepSize: v128, correction: v128, eps: v128,
): void {
  const p = get(one, param, i)
  const g = madd(decay, p, f32x4.mul(get(one, grad, i), scale))
  const first = madd(beta1, get(one, m, i), f32x4.mul(rest1, g))
  const second = madd(beta2, get(one, v, i), f32x4.mul(rest2, f32x4.mul(g, g)))
  put(one, mOut, i, first)
  put(one, vOut, i, second)
  const denominator = f32x4.add(f32x4.mul(f32x4.sqrt(second), correction), eps)
  put(one, paramOut, i, f32x4.sub(f32x4.mul(p, shrink), f32x4.div(f32x4.mul(stepSize, first), denominator)))
}

/** Elements from … to. `stepSize` = lr / (1 − β1^t), `correction` = 1 / √(1 − β2^t), restN = 1 − βN, all computed by the host. */
export function adamStep(
  param: usize, grad: usize, m: usize, v: usize, scale: usize, paramOut: usize, mOut: usize, vOut: usize,
  weightDecay: f32, shrink: f32, beta1: f32, rest1: f32, beta2: f32, rest2: f32, stepSize: f32, correction: f32, eps: f32,
  from: i32, to: i32,
): void {
  const s = scale == 0 ? splat(1) : loadOne(scale, 0)
  const decay = splat(weightDecay), keep = splat(shrink), e = splat(eps)
  const b1 = splat(beta1), r1 = splat(rest1), b2 = splat(beta2), r2 = splat(rest2)
  const size = splat(stepSize), c = splat(correction)
  let i = from
  for (; i + 4 <= to; i += 4) adam(false, i, param, grad, m, v, paramOut, mOut, vOut, s, decay, keep, b1, r1, b2, r2, size, c, e)
  for (; i < to; i++) adam(true, i, param, grad, m, v, paramOut, mOut, vOut, s, decay, keep, b1, r1, b2, r2, size, c, e)
}
