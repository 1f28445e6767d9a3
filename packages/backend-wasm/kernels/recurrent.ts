// The pointwise halves of recurrent layers: one pass per time step over [batch, hidden], between the
// matrix products. Gates of a row lie side by side, [i | f | g | o] and so on.
import { at, load, loadOne, madd, sigmoid, splat, store, storeOne, tanh } from './simd'

@inline
function get(one: bool, p: usize, i: i32): v128 {
  return one ? loadOne(p, i) : load(p, i)
}

@inline
function put(one: bool, p: usize, i: i32, x: v128): void {
  if (one) storeOne(p, i, x)
  else store(p, i, x)
}

/** 1 − x² of a tanh, x(1 − x) of a sigmoid: their derivatives from their values. */
@inline
function tanhSlope(x: v128): v128 {
  return f32x4.sub(splat(1), f32x4.mul(x, x))
}

@inline
function sigmoidSlope(x: v128): v128 {
  return f32x4.mul(x, f32x4.sub(splat(1), x))
}

@inline
function rnn(one: bool, y: usize, i: i32, relu: bool): void {
  const x = get(one, y, i)
  put(one, y, i, relu ? f32x4.pmax(x, splat(0)) : tanh(x))
}

/** y = f(y) in place for elements from … to. */
export function rnnStep(y: usize, relu: bool, from: i32, to: i32): void {
  let i = from
  for (; i + 4 <= to; i += 4) rnn(false, y, i, relu)
  for (; i < to; i++) rnn(true, y, i, relu)
}

@inline
function rnnGrad(one: bool, y: usize, dy: usize, dh: usize, da: usize, i: i32, relu: bool): void {
  const value = get(one, y, i)
  let d = get(one, dh, i)
  if (dy != 0) d = f32x4.add(d, get(one, dy, i))
  put(one, da, i, relu ? v128.and(d, f32x4.gt(value, splat(0))) : f32x4.mul(d, tanhSlope(value)))
}

/** da = (dh + dy) · f′ for elements from … to; dy may be 0. */
export function rnnStepGrad(y: usize, dy: usize, dh: usize, da: usize, relu: bool, from: i32, to: i32): void {
  let i = from
  for (; i + 4 <= to; i += 4) rnnGrad(false, y, dy, dh, da, i, relu)
  for (; i < to; i++) rnnGrad(true, y, dy, dh, da, i, relu)
}

@inline
function lstm(one: bool, gates: usize, before: usize, cell: usize, y: usize, h: i32, j: i32): void {
  const i = sigmoid(get(one, gates, j))
  const f = sigmoid(get(one, gates, h + j))
  const g = tanh(get(one, gates, 2 * h + j))
  const o = sigmoid(get(one, gates, 3 * h + j))
  const c = madd(f, get(one, before, j), f32x4.mul(i, g))
  put(one, gates, j, i)
  put(one, gates, h + j, f)
  put(one, gates, 2 * h + j, g)
  put(one, gates, 3 * h + j, o)
  put(one, cell, j, c)
  put(one, y, j, f32x4.mul(o, tanh(c)))
}

/** Rows from … to of the batch: activates gates[batch, 4h] in place, writes the new cells and outputs [batch, h]. */
export function lstmStep(gates: usize, before: usize, cells: usize, y: usize, h: i32, from: i32, to: i32): void {
  for (let b = from; b < to; b++) {
    const g = at(gates, 4 * h * b), p = at(before, h * b), c = at(cells, h * b), out = at(y, h * b)
    let j = 0
    for (; j + 4 <= h; j += 4) lstm(false, g, p, c, out, h, j)
    for (; j < h; j++) lstm(true, g, p, c, out, h, j)
  }
}

@inline
function lstmGrad(
  one: bool, gates: usize, before: usize, cells: usize, dy: usize, dh: usize, dc: usize, dgates: usize, h: i32, j: i32,
): void {
  const i = get(one, gates, j)
  const f = get(one, gates, h + j)
  const g = get(one, gates, 2 * h + j)
  const o = get(one, gates, 3 * h + j)
  const t = tanh(get(one, cells, j))
  let d = get(one, dh, j)
  if (dy != 0) d = f32x4.add(d, get(one, dy, j))
  const c = madd(f32x4.mul(d, o), tanhSlope(t), get(one, dc, j))
  put(one, dgates, j, f32x4.mul(f32x4.mul(c, g), sigmoidSlope(i)))
  put(one, dgates, h + j, f32x4.mul(f32x4.mul(c, get(one, before, j)), sigmoidSlope(f)))
  put(one, dgates, 2 * h + j, f32x4.mul(f32x4.mul(c, i), tanhSlope(g)))
  put(one, dgates, 3 * h + j, f32x4.mul(f32x4.mul(d, t), sigmoidSlope(o)))
  put(one, dc, j, f32x4.mul(c, f))
}

/** Gradients of one step, rows from … to: writes dgates[batch, 4h], turns dc into that of the step before; dy may be 0. */
export function lstmStepGrad(
  gates: usize, before: usize, cells: usize, dy: usize, dh: usize, dc: usize, dgates: usize, h: i32, from: i32, to: i32,
): void {
  for (let b = from; b < to; b++) {
    const g = at(gates, 4 * h * b), p = at(before, h * b), c = at(cells, h * b)
    const dout = dy == 0 ? 0 : at(dy, h * b)
    const dp = at(dh, h * b), dq = at(dc, h * b), dg = at(dgates, 4 * h * b)
    let j = 0
    for (; j + 4 <= h; j += 4) lstmGrad(false, g, p, c, dout, dp, dq, dg, h, j)
    for (; j < h; j++) lstmGrad(true, g, p, c, dout, dp, dq, dg, h, j)
  }
}

@inline
function gru(one: bool, gi: usize, gh: usize, before: usize, cache: usize, y: usize, h: i32, j: i32): void {
  const r = sigmoid(f32x4.add(get(one, gi, j), get(one, gh, j)))
  const z = sigmoid(f32x4.add(get(one, gi, h + j), get(one, gh, h + j)))
  const m = get(one, gh, 2 * h + j)
  const n = tanh(madd(r, m, get(one, gi, 2 * h + j)))
  put(one, cache, j, r)
  put(one, cache, h + j, z)
  put(one, cache, 2 * h + j, n)
  put(one, cache, 3 * h + j, m)
  // (1 − z) n + z h = n + z (h − n)
  put(one, y, j, madd(z, f32x4.sub(get(one, before, j), n), n))
}

/** Rows from … to, out of the projections gi and gh [batch, 3h]: cache[batch, 4h] = [r | z | n | gh_n] and outputs. */
export function gruStep(gi: usize, gh: usize, before: usize, cache: usize, y: usize, h: i32, from: i32, to: i32): void {
  for (let b = from; b < to; b++) {
    const i = at(gi, 3 * h * b), r = at(gh, 3 * h * b), p = at(before, h * b)
    const kept = at(cache, 4 * h * b), out = at(y, h * b)
    let j = 0
    for (; j + 4 <= h; j += 4) gru(false, i, r, p, kept, out, h, j)
    for (; j < h; j++) gru(true, i, r, p, kept, out, h, j)
  }
}

@inline
function gruGrad(
  one: bool, cache: usize, before: usize, dy: usize, dh: usize, dgi: usize, dgh: usize, h: i32, j: i32,
): void {
  const r = get(one, cache, j)
  const z = get(one, cache, h + j)
  const n = get(one, cache, 2 * h + j)
  const m = get(one, cache, 3 * h + j)
  let d = get(one, dh, j)
  if (dy != 0) d = f32x4.add(d, get(one, dy, j))
  const dn = f32x4.mul(f32x4.mul(d, f32x4.sub(splat(1), z)), tanhSlope(n))
  const dr = f32x4.mul(f32x4.mul(dn, m), sigmoidSlope(r))
  const dz = f32x4.mul(f32x4.mul(d, f32x4.sub(get(one, before, j), n)), sigmoidSlope(z))
  put(one, dgi, j, dr)
  put(one, dgi, h + j, dz)
  put(one, dgi, 2 * h + j, dn)
  put(one, dgh, j, dr)
  put(one, dgh, h + j, dz)
  put(one, dgh, 2 * h + j, f32x4.mul(dn, r))
  put(one, dh, j, f32x4.mul(d, z))
}

/** Gradients of one step, rows from … to: writes dgi and dgh [batch, 3h] and leaves in dh the part that skips the gates. */
export function gruStepGrad(
  cache: usize, before: usize, dy: usize, dh: usize, dgi: usize, dgh: usize, h: i32, from: i32, to: i32,
): void {
  for (let b = from; b < to; b++) {
    const kept = at(cache, 4 * h * b), p = at(before, h * b), dout = dy == 0 ? 0 : at(dy, h * b)
    const dp = at(dh, h * b), di = at(dgi, 3 * h * b), dr = at(dgh, 3 * h * b)
    let j = 0
    for (; j + 4 <= h; j += 4) gruGrad(false, kept, p, dout, dp, di, dr, h, j)
    for (; j < h; j++) gruGrad(true, kept, p, dout, dp, di, dr, h, j)
  }
}
