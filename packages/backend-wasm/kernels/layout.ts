// Moving elements: strided copies (slice, concat, transpose, tile, pad), rows by index.
import { at, load, loadOne, store, storeOne, storeTransposed } from './simd'

/**
 * Rows from … to (of d3 elements each) of a copy of [any, d1, d2, d3] elements; s are the source's
 * strides (0 repeats), t the destination's.
 */
export function copy(
  src: usize, dst: usize, d1: i32, d2: i32, d3: i32,
  s0: i32, s1: i32, s2: i32, s3: i32, t0: i32, t1: i32, t2: i32, t3: i32, from: i32, to: i32,
): void {
  for (let r = from; r < to;) {
    const p = r / d2, k = r - p * d2
    const i = p / d1, j = p - i * d1
    const rows = min(d2 - k, to - r)
    plane(
      at(src, i * s0 + j * s1 + k * s2), at(dst, i * t0 + j * t1 + k * t2), rows, d3, s2, s3, t2, t3,
    )
    r += rows
  }
}

@inline
function plane(from: usize, to: usize, d2: i32, d3: i32, s2: i32, s3: i32, t2: i32, t3: i32): void {
  if (s3 == 1 && t3 == 1) {
    for (let k = 0; k < d2; k++) row(at(from, k * s2), at(to, k * t2), d3)
  } else if (s3 == 0 && t3 == 1) {
    for (let k = 0; k < d2; k++) repeat(at(from, k * s2), at(to, k * t2), d3)
  } else if (s2 == 1 && t3 == 1) {
    transpose(from, to, d2, d3, s3, t2)
  } else {
    for (let k = 0; k < d2; k++) {
      for (let l = 0; l < d3; l++) {
        f32.store(at(to, k * t2 + l * t3), f32.load(at(from, k * s2 + l * s3)))
      }
    }
  }
}

@inline
export function row(from: usize, to: usize, n: i32): void {
  if (n >= 64) memory.copy(to, from, <usize>n << 2)
  else {
    let i = 0
    for (; i + 4 <= n; i += 4) store(to, i, load(from, i))
    for (; i < n; i++) f32.store(at(to, i), f32.load(at(from, i)))
  }
}

/** Writes one element n times. */
function repeat(from: usize, to: usize, n: i32): void {
  const x = loadOne(from, 0)
  let i = 0
  for (; i + 4 <= n; i += 4) store(to, i, x)
  for (; i < n; i++) storeOne(to, i, x)
}

/** to[r, c] = from[c, r] for `rows` × `columns` elements of `to`, strides of a row given. */
function transpose(from: usize, to: usize, rows: i32, columns: i32, fromStride: i32, toStride: i32): void {
  let c = 0
  for (; c + 4 <= columns; c += 4) {
    const src = at(from, c * fromStride)
    let r = 0
    for (; r + 4 <= rows; r += 4) {
      storeTransposed(
        load(src, r), load(src, fromStride + r), load(src, 2 * fromStride + r), load(src, 3 * fromStride + r),
        at(to, r * toStride + c), <usize>toStride << 2,
      )
    }
    for (; r < rows; r++) {
      for (let q = 0; q < 4; q++) f32.store(at(to, r * toStride + c + q), f32.load(at(src, q * fromStride + r)))
    }
  }
  for (; c < columns; c++) {
    for (let r = 0; r < rows; r++) f32.store(at(to, r * toStride + c), f32.load(at(from, c * fromStride + r)))
  }
}

/** The first of `count` ids that is neither below `limit` nor `except`, or −1. */
export function firstBadId(ids: usize, count: i32, limit: i32, except: i32): i32 {
  for (let i = 0; i < count; i++) {
    const id = i32.load(at(ids, i))
    if (<u32>id >= <u32>limit && id != except) return i
  }
  return -1
}

/** out[i] = the row ids[i] of table[any, width] for i from … to. */
export function gatherRows(table: usize, ids: usize, out: usize, width: i32, from: i32, to: i32): void {
  for (let i = from; i < to; i++) {
    row(at(table, i32.load(at(ids, i)) * width), at(out, i * width), width)
  }
}

/**
 * Sixteens of columns from … to of out[ids[i]] += x[i] in the order of i, out zeroed first; ids that
 * are no row are left out.
 */
export function scatterAddRows(
  x: usize, ids: usize, out: usize, count: i32, rows: i32, width: i32, from: i32, to: i32,
): void {
  const start = from << 4, end = min(width, to << 4)
  for (let r = 0; r < rows; r++) memory.fill(at(out, r * width + start), 0, <usize>(end - start) << 2)
  for (let i = 0; i < count; i++) {
    const id = i32.load(at(ids, i))
    if (<u32>id >= <u32>rows) continue
    const src = at(x, i * width), dst = at(out, id * width)
    let j = start
    for (; j + 4 <= end; j += 4) store(dst, j, f32x4.add(load(dst, j), load(src, j)))
    for (; j < end; j++) f32.store(at(dst, j), f32.load(at(dst, j)) + f32.load(at(src, j)))
  }
}

/** Rows from … to of out[any, n] = a + b; b may be 0 (a alone), a too (zeros). */
export function fillRows(a: usize, b: usize, out: usize, n: i32, from: i32, to: i32): void {
  for (let r = from; r < to; r++) {
    const dst = at(out, r * n)
    if (a == 0) memory.fill(dst, 0, <usize>n << 2)
    else if (b == 0) row(a, dst, n)
    else {
      let j = 0
      for (; j + 4 <= n; j += 4) store(dst, j, f32x4.add(load(a, j), load(b, j)))
      for (; j < n; j++) f32.store(at(dst, j), f32.load(at(a, j)) + f32.load(at(b, j)))
    }
  }
}
