// Batch normalisation of x[rows, channels]. With `relu`, max(x, 0) stands for x everywhere. Rows are
// cut into chunks of `length`; what the chunks found is put together in their order.
import { at, get, madd, put, splat } from './simd'

@inline
function rectified(relu: bool, x: v128): v128 {
  return relu ? f32x4.pmax(x, splat(0)) : x // keeps NaN
}

/**
 * Of four columns (or a single one): a pivot near the mean, Σ(x − pivot) and Σ(x − pivot)². The
 * pivot is the mean of the first sixteenth of the rows, so that the squares are at most some sixteen
 * times the variance: of its digits few are lost. Two rows at a time, as an addition takes longer
 * than what lies between two.
 */
@inline
function moments(relu: bool, one: bool, x: usize, out: usize, rows: i32, channels: i32): void {
  const few = (rows + 15) >> 4
  let s = splat(0)
  for (let r = 0; r < few; r++) s = f32x4.add(s, rectified(relu, get(one, x, r * channels)))
  const pivot = f32x4.div(s, splat(<f32>few))
  let a1 = splat(0), a2 = splat(0), b1 = splat(0), b2 = splat(0)
  let r = 0
  for (; r + 2 <= rows; r += 2) {
    const p = r * channels
    const a = f32x4.sub(rectified(relu, get(one, x, p)), pivot)
    const b = f32x4.sub(rectified(relu, get(one, x, p + channels)), pivot)
    a1 = f32x4.add(a1, a)
    b1 = f32x4.add(b1, b)
    a2 = madd(a, a, a2)
    b2 = madd(b, b, b2)
  }
  if (r < rows) {
    const a = f32x4.sub(rectified(relu, get(one, x, r * channels)), pivot)
    a1 = f32x4.add(a1, a)
    a2 = madd(a, a, a2)
  }
  put(one, out, 0, pivot)
  put(one, out, channels, f32x4.add(a1, b1))
  put(one, out, 2 * channels, f32x4.add(a2, b2))
}

@inline
function momentsOfChunk(relu: bool, x: usize, out: usize, rows: i32, channels: i32): void {
  let j = 0
  for (; j + 4 <= channels; j += 4) moments(relu, false, at(x, j), at(out, j), rows, channels)
  for (; j < channels; j++) moments(relu, true, at(x, j), at(out, j), rows, channels)
}

/** Pivots, sums and sums of squares of chunks from … to, into parts[chunks, 3, channels]. */
export function batchNormMoments(
  x: usize, parts: usize, rows: i32, channels: i32, length: i32, relu: bool, from: i32, to: i32,
): void {
  for (let k = from; k < to; k++) {
    const start = k * length
    const src = at(x, start * channels), dst = at(parts, 3 * k * channels)
    const n = min(length, rows - start)
    if (relu) momentsOfChunk(true, src, dst, n, channels)
    else momentsOfChunk(false, src, dst, n, channels)
  }
}

/**
 * Mean and variance of channels from … to out of the chunks' moments. `rest` is what the mean has
 * beyond its float32 digits.
 */
export function batchNormStatistics(
  parts: usize, mean: usize, rest: usize, variance: usize, rows: i32, channels: i32, length: i32, from: i32, to: i32,
): void {
  const count = <f64>max(rows, 1) // the mean of nothing is 0, as in tfjs
  for (let j = from; j < to; j++) {
    let total: f64 = 0
    for (let start = 0, p = at(parts, j); start < rows; start += length, p = at(p, 3 * channels)) {
      const n = min(length, rows - start)
      total += <f64>n * <f64>f32.load(p) + <f64>f32.load(at(p, channels))
    }
    const centre = total / count
    let squares: f64 = 0
    for (let start = 0, p = at(parts, j); start < rows; start += length, p = at(p, 3 * channels)) {
      const n = <f64>min(length, rows - start)
      const own = <f64>f32.load(at(p, channels)) / n
      const away = <f64>f32.load(p) + own - centre
      squares += <f64>f32.load(at(p, 2 * channels)) + n * (away * away - own * own)
    }
    f32.store(at(mean, j), <f32>centre)
    f32.store(at(rest, j), <f32>(centre - <f64><f32>centre))
    f32.store(at(variance, j), <f32>max(squares / count, 0))
  }
}

@inline
function deviation(variance: usize, j: i32, eps: f32): f32 {
  return Mathf.sqrt(f32.load(at(variance, j)) + eps)
}

/** scale = γ / σ and shift = β − rest · scale; γ, β and `rest` may be 0 (absent). */
export function batchNormScale(
  variance: usize, gamma: usize, beta: usize, rest: usize, eps: f32, scale: usize, shift: usize, channels: i32,
): void {
  for (let j = 0; j < channels; j++) {
    const s = (gamma == 0 ? <f32>1 : f32.load(at(gamma, j))) / deviation(variance, j, eps)
    const r = rest == 0 ? <f32>0 : f32.load(at(rest, j))
    f32.store(at(scale, j), s)
    f32.store(at(shift, j), (beta == 0 ? <f32>0 : f32.load(at(beta, j))) - r * s)
  }
}

@inline
function applied(relu: bool, one: bool, x: usize, j: i32, mean: usize, scale: usize, shift: usize): v128 {
  const centred = f32x4.sub(rectified(relu, get(one, x, j)), get(one, mean, j))
  return madd(centred, get(one, scale, j), get(one, shift, j))
}

@inline
function applyRows(
  relu: bool, x: usize, out: usize, mean: usize, scale: usize, shift: usize, channels: i32, from: i32, to: i32,
): void {
  for (let r = from; r < to; r++) {
    const src = at(x, r * channels), dst = at(out, r * channels)
    let j = 0
    for (; j + 4 <= channels; j += 4) put(false, dst, j, applied(relu, false, src, j, mean, scale, shift))
    for (; j < channels; j++) put(true, dst, j, applied(relu, true, src, j, mean, scale, shift))
  }
}

/** Rows from … to of out = (x − mean) · scale + shift. */
export function batchNormApply(
  x: usize, out: usize, mean: usize, scale: usize, shift: usize, channels: i32, relu: bool, from: i32, to: i32,
): void {
  if (relu) applyRows(true, x, out, mean, scale, shift, channels, from, to)
  else applyRows(false, x, out, mean, scale, shift, channels, from, to)
}

/** Σ dy and Σ dy · (x − mean) of four columns (or a single one). */
@inline
function gradientSums(
  relu: bool, one: bool, x: usize, dy: usize, mean: usize, out: usize, rows: i32, channels: i32,
): void {
  const m = get(one, mean, 0)
  let s1 = splat(0), s2 = splat(0)
  for (let r = 0; r < rows; r++) {
    const p = r * channels
    const d = get(one, dy, p)
    s1 = f32x4.add(s1, d)
    s2 = madd(d, f32x4.sub(rectified(relu, get(one, x, p)), m), s2)
  }
  put(one, out, 0, s1)
  put(one, out, channels, s2)
}

@inline
function gradientSumsOfChunk(
  relu: bool, x: usize, dy: usize, mean: usize, out: usize, rows: i32, channels: i32,
): void {
  let j = 0
  for (; j + 4 <= channels; j += 4) {
    gradientSums(relu, false, at(x, j), at(dy, j), at(mean, j), at(out, j), rows, channels)
  }
  for (; j < channels; j++) {
    gradientSums(relu, true, at(x, j), at(dy, j), at(mean, j), at(out, j), rows, channels)
  }
}

/** Σ dy and Σ dy · (x − mean) of chunks from … to, into parts[chunks, 2, channels]. */
export function batchNormGradSums(
  x: usize, dy: usize, mean: usize, parts: usize, rows: i32, channels: i32, length: i32, relu: bool, from: i32, to: i32,
): void {
  for (let k = from; k < to; k++) {
    const start = k * length, offset = start * channels
    const dst = at(parts, 2 * k * channels), n = min(length, rows - start)
    if (relu) gradientSumsOfChunk(true, at(x, offset), at(dy, offset), mean, dst, n, channels)
    else gradientSumsOfChunk(false, at(x, offset), at(dy, offset), mean, dst, n, channels)
  }
}

/**
 * dγ and dβ, and what dx takes from them: dx = dy · scale + (x − mean) · slope + offset. The last two
 * are 0 where mean and variance are constants (`training` false). x − mean is off by `rest` so far.
 */
export function batchNormGradScale(
  parts: usize, variance: usize, scale: usize, rest: usize, eps: f32, training: bool, dgamma: usize, dbeta: usize,
  slope: usize, offset: usize, rows: i32, channels: i32, length: i32, from: i32, to: i32,
): void {
  for (let j = from; j < to; j++) {
    let s1: f64 = 0, s2: f64 = 0
    for (let start = 0, p = at(parts, j); start < rows; start += length, p = at(p, 2 * channels)) {
      s1 += <f64>f32.load(p)
      s2 += <f64>f32.load(at(p, channels))
    }
    const d = <f64>deviation(variance, j, eps)
    const r = <f64>f32.load(at(rest, j))
    s2 -= r * s1
    const share = training ? -<f64>f32.load(at(scale, j)) / <f64>rows : 0
    f32.store(at(dgamma, j), <f32>(s2 / d))
    f32.store(at(dbeta, j), <f32>s1)
    const steep = share * s2 / (d * d)
    f32.store(at(slope, j), <f32>steep)
    f32.store(at(offset, j), <f32>(share * s1 - r * steep))
  }
}

@inline
function gradient(
  relu: bool, one: bool, x: usize, dy: usize, j: i32, mean: usize, scale: usize, slope: usize, offset: usize,
): v128 {
  const input = get(one, x, j)
  const centred = f32x4.sub(rectified(relu, input), get(one, mean, j))
  const indirect = madd(centred, get(one, slope, j), get(one, offset, j))
  const dx = madd(get(one, dy, j), get(one, scale, j), indirect)
  return relu ? v128.and(dx, f32x4.gt(input, splat(0))) : dx
}

@inline
function gradientRows(
  relu: bool, x: usize, dy: usize, out: usize, mean: usize, scale: usize, slope: usize, offset: usize,
  channels: i32, from: i32, to: i32,
): void {
  for (let r = from; r < to; r++) {
    const start = r * channels
    const src = at(x, start), dys = at(dy, start), dst = at(out, start)
    let j = 0
    for (; j + 4 <= channels; j += 4) {
      put(false, dst, j, gradient(relu, false, src, dys, j, mean, scale, slope, offset))
    }
    for (; j < channels; j++) {
      put(true, dst, j, gradient(relu, true, src, dys, j, mean, scale, slope, offset))
    }
  }
}

/** Rows from … to of dx. */
export function batchNormGradInput(
  x: usize, dy: usize, out: usize, mean: usize, scale: usize, slope: usize, offset: usize,
  channels: i32, relu: bool, from: i32, to: i32,
): void {
  if (relu) gradientRows(true, x, dy, out, mean, scale, slope, offset, channels, from, to)
  else gradientRows(false, x, dy, out, mean, scale, slope, offset, channels, from, to)
}
