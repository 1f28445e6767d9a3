// Moving elements: strided copies (slice, concat, transpose, tile, pad), rows by index.
import { at, load, store, storeTransposed } from './simd'

/** Copies d0×d1×d2×d3 elements; s are the source's strides (0 repeats), t the destination's. */
export function copy(
  from: usize, to: usize, d0: i32, d1: i32, d2: i32, d3: i32,
  s0: i32, s1: i32, s2: i32, s3: i32, t0: i32, t1: i32, t2: i32, t3: i32,
): void {
  for (let i = 0; i < d0; i++) {
    for (let j = 0; j < d1; j++) {
      plane(at(from, i * s0 + j * s1), at(to, i * t0 + j * t1), d2, d3, s2, s3, t2, t3)
    }
  }
}

@inline
function plane(from: usize, to: usize, d2: i32, d3: i32, s2: i32, s3: i32, t2: i32, t3: i32): void {
  if (s3 == 1 && t3 == 1) {
    for (let k = 0; k < d2; k++) row(at(from, k * s2), at(to, k * t2), d3)
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

/** out[i] = the row ids[i] of table[rows, width]; returns the first i whose id is no row, or −1. */
export function gatherRows(table: usize, ids: usize, out: usize, count: i32, rows: i32, width: i32): i32 {
  for (let i = 0; i < count; i++) {
    const id = i32.load(at(ids, i))
    if (<u32>id >= <u32>rows) return i
    row(at(table, id * width), at(out, i * width), width)
  }
  return -1
}

/**
 * out[ids[i]] += x[i] in the order of i, out zeroed first. Where an id is no row: with `skip` it is
 * left out, else its i is returned. Returns −1 if all went well.
 */
export function scatterAddRows(
  x: usize, ids: usize, out: usize, count: i32, rows: i32, width: i32, skip: bool,
): i32 {
  memory.fill(out, 0, (<usize>rows * <usize>width) << 2)
  for (let i = 0; i < count; i++) {
    const id = i32.load(at(ids, i))
    if (<u32>id >= <u32>rows) {
      if (skip) continue
      return i
    }
    const from = at(x, i * width), to = at(out, id * width)
    let j = 0
    for (; j + 4 <= width; j += 4) store(to, j, f32x4.add(load(to, j), load(from, j)))
    for (; j < width; j++) f32.store(at(to, j), f32.load(at(to, j)) + f32.load(at(from, j)))
  }
  return -1
}

/** Every row of out[rows, n] = a + b; b may be 0 (a alone), a too (zeros). */
export function fillRows(a: usize, b: usize, out: usize, rows: i32, n: i32): void {
  if (rows == 0) return
  if (a == 0) {
    memory.fill(out, 0, (<usize>rows * <usize>n) << 2)
    return
  }
  memory.copy(out, a, <usize>n << 2)
  if (b != 0) {
    for (let j = 0; j < n; j++) f32.store(at(out, j), f32.load(at(out, j)) + f32.load(at(b, j)))
  }
  for (let r = 1; r < rows; r++) memory.copy(at(out, r * n), out, <usize>n << 2)
}
