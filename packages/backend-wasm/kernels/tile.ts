// The innermost piece of a matrix product: a tile of C out of a panel of A, [k][6], and one of B, [k][8].
//
// 12 sums, 2 columns of B and 1 of A fill the 15 vector registers V8 gives out on x64. One more live
// value and it spills sums, which halves the speed: so sums begin as what C holds, as adding that at
// the end costs registers in the loop, and the tile is a function of its own. Fewer sums would wait
// for each other: two multiply-adds a cycle, each four cycles long, need eight at the very least.
import { madd, splat } from './simd'

export const TILE_ROWS: i32 = 6
export const TILE_COLUMNS: i32 = 8

/** C[6, 8] (+)= a panel of A times one of B, `k` deep; rows of C are `ldc` bytes apart. */
export function tile6x8(k: i32, a: usize, b: usize, c: usize, ldc: usize, add: bool): void {
  const r1 = c + ldc, r2 = r1 + ldc, r3 = r2 + ldc, r4 = r3 + ldc, r5 = r4 + ldc
  let c00 = add ? v128.load(c) : splat(0), c01 = add ? v128.load(c, 16) : splat(0)
  let c10 = add ? v128.load(r1) : splat(0), c11 = add ? v128.load(r1, 16) : splat(0)
  let c20 = add ? v128.load(r2) : splat(0), c21 = add ? v128.load(r2, 16) : splat(0)
  let c30 = add ? v128.load(r3) : splat(0), c31 = add ? v128.load(r3, 16) : splat(0)
  let c40 = add ? v128.load(r4) : splat(0), c41 = add ? v128.load(r4, 16) : splat(0)
  let c50 = add ? v128.load(r5) : splat(0), c51 = add ? v128.load(r5, 16) : splat(0)
  for (; k > 0; k--) {
    const b0 = v128.load(b), b1 = v128.load(b, 16)
    const a0 = v128.load_splat<f32>(a)
    c00 = madd(a0, b0, c00)
    c01 = madd(a0, b1, c01)
    const a1 = v128.load_splat<f32>(a, 4)
    c10 = madd(a1, b0, c10)
    c11 = madd(a1, b1, c11)
    const a2 = v128.load_splat<f32>(a, 8)
    c20 = madd(a2, b0, c20)
    c21 = madd(a2, b1, c21)
    const a3 = v128.load_splat<f32>(a, 12)
    c30 = madd(a3, b0, c30)
    c31 = madd(a3, b1, c31)
    const a4 = v128.load_splat<f32>(a, 16)
    c40 = madd(a4, b0, c40)
    c41 = madd(a4, b1, c41)
    const a5 = v128.load_splat<f32>(a, 20)
    c50 = madd(a5, b0, c50)
    c51 = madd(a5, b1, c51)
    a += TILE_ROWS << 2
    b += TILE_COLUMNS << 2
  }
  v128.store(c, c00)
  v128.store(c, c01, 16)
  v128.store(r1, c10)
  v128.store(r1, c11, 16)
  v128.store(r2, c20)
  v128.store(r2, c21, 16)
  v128.store(r3, c30)
  v128.store(r3, c31, 16)
  v128.store(r4, c40)
  v128.store(r4, c41, 16)
  v128.store(r5, c50)
  v128.store(r5, c51, 16)
}
