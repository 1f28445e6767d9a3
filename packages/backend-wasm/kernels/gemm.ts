// Matrix product C (+)= A·B out of 6×8 tiles. Both factors are first copied into the order in which
// the tile reads them, which absorbs any transposition: strides are given for both dimensions.
import { addTile, TILE_COLUMNS, TILE_ROWS } from './tile'
import { at, load, loadOne, madd, splat, storeTransposed, storeTransposed2, store, storeOne, sumLanes } from './simd'

export const NR: i32 = TILE_COLUMNS
/** Depth of a block: a panel of each factor stays in the first-level cache. */
export const KC: i32 = 4096 / TILE_COLUMNS
/** Rows of A copied at a time (KC · DEEP_ROWS floats stay in the second-level cache). */
export const DEEP_ROWS: i32 = 120

/** Bytes of scratch each thread wants in `gemm`: one tile for the edges, one block of A. */
export function gemmScratch(): i32 {
  return (TILE_ROWS * TILE_COLUMNS + DEEP_ROWS * KC) << 2
}

/** How wide the panels of a packed B are. */
export function panelColumns(): i32 {
  return NR
}

/** Bytes of the packed form of a k×n matrix. */
export function packedBytes(k: i32, n: i32): usize {
  return (<usize>k * <usize>((n + NR - 1) / NR)) * <usize>(NR << 2)
}

/** Rows × k of A into panels of six rows, [panel][k][6], rows beyond the end as zeros. */
function packRows(a: usize, rs: i32, cs: i32, rows: i32, k: i32, dst: usize): void {
  for (let i = 0; i < rows; i += TILE_ROWS) {
    const src = at(a, i * rs)
    const left = min(TILE_ROWS, rows - i)
    let p = 0
    if (left == TILE_ROWS && cs == 1) {
      for (; p + 4 <= k; p += 4) {
        const r = at(src, p), slot = at(dst, p * TILE_ROWS)
        storeTransposed(load(r, 0), load(r, rs), load(r, 2 * rs), load(r, 3 * rs), slot, TILE_ROWS << 2)
        storeTransposed2(load(r, 4 * rs), load(r, 5 * rs), slot + 16, TILE_ROWS << 2)
      }
    } else if (left == TILE_ROWS && rs == 1) {
      for (; p < k; p++) {
        const r = at(src, p * cs), slot = at(dst, p * TILE_ROWS)
        v128.store(slot, v128.load(r))
        f64.store(slot, f64.load(r, 16), 16)
      }
    }
    for (; p < k; p++) {
      for (let r = 0; r < TILE_ROWS; r++) {
        f32.store(at(dst, p * TILE_ROWS + r), r < left ? f32.load(at(src, r * rs + p * cs)) : 0)
      }
    }
    dst = at(dst, k * TILE_ROWS)
  }
}

/** Panels from … to of eight columns of a k×n matrix, each [k][8], columns beyond the end as zeros. */
export function packB(b: usize, rs: i32, cs: i32, k: i32, n: i32, dst: usize, from: i32, to: i32): void {
  const panelBytes = <usize>k * <usize>(NR << 2)
  const full = min(to, n / NR)
  if (cs == 1) {
    // few rows at a time, so that a page is not touched anew for every eight columns
    for (let p0 = 0; p0 < k; p0 += 16) {
      const p1 = min(k, p0 + 16)
      for (let j = from; j < full; j++) {
        const panel = dst + <usize>j * panelBytes
        for (let p = p0; p < p1; p++) {
          const src = at(b, p * rs + j * NR)
          const slot = at(panel, p * NR)
          for (let c = 0; c < NR; c += 4) store(slot, c, load(src, c))
        }
      }
    }
  } else {
    for (let j = from; j < full; j++) {
      const panel = dst + <usize>j * panelBytes
      const src = at(b, j * NR * cs)
      let p = 0
      if (rs == 1) {
        for (; p + 4 <= k; p += 4) {
          const slot = at(panel, p * NR)
          for (let c = 0; c < NR; c += 4) {
            const r = at(src, c * cs + p)
            storeTransposed(load(r, 0), load(r, cs), load(r, 2 * cs), load(r, 3 * cs), at(slot, c), NR << 2)
          }
        }
      }
      for (; p < k; p++) {
        for (let c = 0; c < NR; c++) f32.store(at(panel, p * NR + c), f32.load(at(src, p * rs + c * cs)))
      }
    }
  }
  if (full < to) {
    const left = n - full * NR
    const panel = dst + <usize>full * panelBytes
    const src = at(b, full * NR * cs)
    for (let p = 0; p < k; p++) {
      for (let c = 0; c < NR; c++) {
        f32.store(at(panel, p * NR + c), c < left ? f32.load(at(src, p * rs + c * cs)) : 0)
      }
    }
  }
}

/**
 * Blocks from … to of C (+)= A·B for a packed B; C has row stride `ldc` and is cut into blocks of
 * `blockRows` (up to 120) by `blockColumns` (a multiple of 8), numbered row by row. The order of
 * additions depends on k alone. `scratch` holds `gemmScratch()` bytes for each thread.
 */
export function gemm(
  a: usize, ars: i32, acs: i32, packed: usize, c: usize, ldc: i32, m: i32, n: i32, k: i32, accumulate: bool,
  scratch: usize, blockRows: i32, blockColumns: i32, from: i32, to: i32, thread: i32,
): void {
  const spare = scratch + <usize>thread * <usize>gemmScratch()
  const blockA = at(spare, TILE_ROWS * TILE_COLUMNS)
  const across = (n + blockColumns - 1) / blockColumns
  // while the whole depth of A's rows fits, the next block of the same rows finds them packed
  let held = -1
  for (let block = from; block < to; block++) {
    const row = block / across
    const i0 = row * blockRows
    const rows = min(blockRows, m - i0)
    const j0 = (block - row * across) * blockColumns
    const j1 = min(n, j0 + blockColumns)
    if (!accumulate) {
      for (let i = i0; i < i0 + rows; i++) memory.fill(at(c, i * ldc + j0), 0, <usize>(j1 - j0) << 2)
    }
    for (let k0 = 0; k0 < k; k0 += KC) {
      const kc = min(KC, k - k0)
      if (held != row || k > KC) packRows(at(a, i0 * ars + k0 * acs), ars, acs, rows, kc, blockA)
      held = row
      const panels = packed + <usize>k0 * <usize>(NR << 2)
      addBlock(blockA, panels, k, at(c, i0 * ldc), ldc, rows, j0, j1, kc, spare)
    }
  }
}

/** Adds to columns j0 … j1 of a block of C the product of packed rows of A and panels of B, `kc` of their `k` deep. */
export function addBlock(
  blockA: usize, panels: usize, k: i32, c: usize, ldc: i32, rows: i32, j0: i32, j1: i32, kc: i32, spare: usize,
): void {
  const panelBytes = <usize>k * <usize>(NR << 2)
  const ldcBytes = <usize>ldc << 2
  for (let j = j0; j < j1; j += NR) {
    const panel = panels + <usize>(j / NR) * panelBytes
    for (let i = 0; i < rows; i += TILE_ROWS) {
      const tileC = at(c, i * ldc + j)
      const panelA = at(blockA, i * kc)
      if (i + TILE_ROWS <= rows && j + NR <= j1) addTile(kc, panelA, panel, tileC, ldcBytes)
      else {
        const high = min(TILE_ROWS, rows - i), wide = min(NR, j1 - j)
        copyPart(tileC, ldcBytes, spare, NR << 2, high, wide)
        addTile(kc, panelA, panel, spare, NR << 2)
        copyPart(spare, NR << 2, tileC, ldcBytes, high, wide)
      }
    }
  }
}

/** Copies the part of a tile that lies inside C; rows are so many bytes apart. */
function copyPart(from: usize, fromStep: usize, to: usize, toStep: usize, rows: i32, columns: i32): void {
  for (; rows > 0; rows--) {
    for (let q = 0; q < columns; q++) f32.store(at(to, q), f32.load(at(from, q)))
    from += fromStep
    to += toStep
  }
}

/**
 * Products from … to of many small ones, each A[m, k]·B[k, n] into the next m·n elements of C. Where
 * its factors begin stands in `starts`: a pair of pointers for each. `scratch` holds `length` bytes for each thread:
 * `gemmScratch()` and room for a packed B.
 */
export function gemmMany(
  starts: usize, ars: i32, acs: i32, brs: i32, bcs: i32, c: usize, m: i32, n: i32, k: i32, accumulate: bool,
  scratch: usize, length: i32, from: i32, to: i32, thread: i32,
): void {
  const own = scratch + <usize>thread * <usize>length
  const packed = own + <usize>gemmScratch()
  let last: usize = 0
  for (let i = from; i < to; i++) {
    const a = <usize>i32.load(at(starts, 2 * i)), b = <usize>i32.load(at(starts, 2 * i + 1))
    // a B that is broadcast serves one product after another
    if (b != last) packB(b, brs, bcs, k, n, packed, 0, (n + NR - 1) / NR)
    last = b
    const blocks = (m + DEEP_ROWS - 1) / DEEP_ROWS
    gemm(a, ars, acs, packed, at(c, i * m * n), n, m, n, k, accumulate, own, DEEP_ROWS, n, 0, blocks, 0)
  }
}

/** Columns 4·from … 4·to of C (+)= A·B for few rows of A and a B whose rows are contiguous: B is read once, in place. */
export function gemmFewRows(
  a: usize, ars: i32, acs: i32, b: usize, ldb: i32, c: usize, ldc: i32, m: i32, n: i32, k: i32, accumulate: bool,
  from: i32, to: i32,
): void {
  const start = from << 2, end = min(n, to << 2)
  if (!accumulate) for (let i = 0; i < m; i++) memory.fill(at(c, i * ldc + start), 0, <usize>(end - start) << 2)
  for (let j0 = start; j0 < end; j0 += 1024) {
    const j1 = min(end, j0 + 1024)
    let p = 0
    for (; p + 4 <= k; p += 4) {
      const b0 = at(b, p * ldb), b1 = at(b0, ldb), b2 = at(b1, ldb), b3 = at(b2, ldb)
      for (let i = 0; i < m; i++) {
        const row = at(c, i * ldc)
        const src = at(a, i * ars + p * acs)
        const a0 = loadOne(src, 0), a1 = loadOne(src, acs), a2 = loadOne(src, 2 * acs), a3 = loadOne(src, 3 * acs)
        let j = j0
        for (; j + 4 <= j1; j += 4) {
          let sum = madd(a0, load(b0, j), load(row, j))
          sum = madd(a1, load(b1, j), sum)
          sum = madd(a2, load(b2, j), sum)
          store(row, j, madd(a3, load(b3, j), sum))
        }
        for (; j < j1; j++) {
          let sum = madd(a0, loadOne(b0, j), loadOne(row, j))
          sum = madd(a1, loadOne(b1, j), sum)
          sum = madd(a2, loadOne(b2, j), sum)
          storeOne(row, j, madd(a3, loadOne(b3, j), sum))
        }
      }
    }
    for (; p < k; p++) {
      const b0 = at(b, p * ldb)
      for (let i = 0; i < m; i++) {
        const row = at(c, i * ldc)
        const a0 = loadOne(a, i * ars + p * acs)
        let j = j0
        for (; j + 4 <= j1; j += 4) store(row, j, madd(a0, load(b0, j), load(row, j)))
        for (; j < j1; j++) storeOne(row, j, madd(a0, loadOne(b0, j), loadOne(row, j)))
      }
    }
  }
}

/** Columns from … to of C (+)= A·B for few rows of A and a B whose columns are contiguous (and A's rows): dot products. */
export function gemmDots(
  a: usize, ars: i32, b: usize, bcs: i32, c: usize, ldc: i32, m: i32, k: i32, accumulate: bool,
  from: i32, to: i32,
): void {
  for (let j = from; j < to; j++) {
    const column = at(b, j * bcs)
    for (let i = 0; i < m; i++) {
      const row = at(a, i * ars)
      let s0 = splat(0), s1 = splat(0)
      let p = 0
      for (; p + 8 <= k; p += 8) {
        s0 = madd(load(row, p), load(column, p), s0)
        s1 = madd(load(row, p + 4), load(column, p + 4), s1)
      }
      let sum = sumLanes(f32x4.add(s0, s1))
      for (; p < k; p++) sum += f32.load(at(row, p)) * f32.load(at(column, p))
      const slot = at(c, i * ldc + j)
      f32.store(slot, accumulate ? f32.load(slot) + sum : sum)
    }
  }
}
