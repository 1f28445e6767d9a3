// The innermost piece of a matrix product: a tile of C out of a panel of A, [k][6], and one of B.
//
// 12 sums, 2 columns of B and 1 of A fill the 15 vector registers V8 gives out on x64. One more live
// value and it spills sums, which halves the speed: so sums always begin as what C holds (a choice
// would cost registers in the loop), and the tile is a function of its own. Fewer sums would wait
// for each other: two multiply-adds a cycle, each four cycles long, need eight at the very least.
import { madd } from './simd'
import { addTile6x16 } from './tile-wide'

export const TILE_ROWS: i32 = 6
// @ts-ignore: a constant of the build, 1 for the `wide` kernels
export const TILE_COLUMNS: i32 = WIDE ? 16 : 8

/** C[6, TILE_COLUMNS] += a panel of A times one of B, `k` deep; rows of C are `ldc` bytes apart. */
@inline
export function addTile(k: i32, a: usize, b: usize, c: usize, ldc: usize): void {
  if (TILE_COLUMNS == 16) addTile6x16(k, a, b, c, ldc)
  else addTile6x8(k, a, b, c, ldc)
}

/** {@link addTile} for eight columns. */
function addTile6x8(k: i32, a: usize, b: usize, c: usize, ldc: usize): void {
  const r1 = c + ldc, r2 = r1 + ldc, r3 = r2 + ldc, r4 = r3 + ldc, r5 = r4 + ldc
  let c00 = v128.load(c), c01 = v128.load(c, 16)
  let c10 = v128.load(r1), c11 = v128.load(r1, 16)
  let c20 = v128.load(r2), c21 = v128.load(r2, 16)
  let c30 = v128.load(r3), c31 = v128.load(r3, 16)
  let c40 = v128.load(r4), c41 = v128.load(r4, 16)
  let c50 = v128.load(r5), c51 = v128.load(r5, 16)
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
    a += 24
    b += 32
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
