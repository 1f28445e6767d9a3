// The filter's gradient as the product patchesᵀ · dy, whose long dimension is the output pixels:
// chunks of a fixed number of them are added up one after the other. Threads share the rows, which
// are the elements of a patch, so that there are no partial sums to store.
//
// Taps side by side are one run of memory. Rows come in fours of one run: where its length is no
// multiple of 4, the last four has rows that belong to no tap, and the host drops them.
import { endInside, firstInside, Geometry, within } from './geometry'
import { block8, MC, MR, NR, packB } from './gemm'
import { at, splat } from './simd'

/** Pixels added up at a time: as many as let a block of patches of 128 rows stay in the second-level cache. */
const CHUNK: i32 = 256

/** Floats of scratch a thread wants: a tile for the edges, a block of patchesᵀ, a panel of dy. */
export function convFilterGradScratch(): i32 {
  return MR * NR + MC * CHUNK + CHUNK * NR
}

/** Fours of rows from … to of out[runs, length of a run rounded up to 4, outputs]. */
export function convFilterGrad(
  g: Geometry, x: usize, dy: usize, out: usize, scratch: usize, from: i32, to: i32, thread: i32,
): void {
  const spare = at(scratch, thread * convFilterGradScratch())
  const patches = at(spare, MR * NR)
  const panel = at(patches, MC * CHUNK)
  const n = g.outputs
  const pixels = g.images * g.rows * g.columns
  for (let i0 = from * MR; i0 < to * MR; i0 += MC) {
    const m = min(MC, to * MR - i0)
    if (pixels == 0) memory.fill(at(out, i0 * n), 0, <usize>(m * n) << 2)
    for (let p0 = 0; p0 < pixels; p0 += CHUNK) {
      const k = min(CHUNK, pixels - p0)
      for (let i = 0; i < m; i += MR) packElements(g, x, (i0 + i) / MR, p0, k, at(patches, i * k))
      for (let j = 0; j < n; j += NR) {
        const columns = min(NR, n - j)
        packB(at(dy, p0 * n + j), n, 1, k, columns, panel, 0, 1)
        block8(patches, panel, k, at(out, i0 * n + j), n, m, 0, columns, k, p0 > 0, spare)
      }
    }
  }
}

/** The four elements `unit` of the patches of `count` pixels, as [pixel][4]. */
function packElements(g: Geometry, x: usize, unit: i32, first: i32, count: i32, dst: usize): void {
  const c = g.channels
  const across = g.dilationX == 1 ? 1 : g.filterWidth
  const length = g.filterWidth / across * c
  const units = (length + MR - 1) / MR
  const run = unit / units
  const e = (unit - run * units) * MR
  const tapY = run / across * g.dilationY
  const tapX = run % across * g.dilationX - g.left
  // pixels the four lie in, and the outputs for which the first and the last are inside the image
  const d0 = e / c, d1 = (e + 1) / c, d2 = (e + 2) / c, d3 = (e + 3) / c
  const low = firstInside(tapX + d0, g.strideX), high = endInside(tapX + d3, g.strideX, g.width)
  const step = <usize>(g.strideX * c) << 2

  let column = first % g.columns
  let row = (first / g.columns) % g.rows
  let image = first / g.columns / g.rows
  while (count > 0) {
    const stop = min(g.columns, column + count)
    count -= stop - column
    const y = row * g.strideY - g.top + tapY
    const line = at(x, ((image * g.height + y) * g.width + tapX) * c + e)
    if (within(y, g.height)) {
      while (column < stop) {
        const left = column * g.strideX
        let src = at(line, left * c)
        if (column >= low && column < high) {
          for (const end = min(stop, high); column < end; column++) {
            v128.store(dst, v128.load(src))
            src += step
            dst += 16
          }
        } else {
          const from = left + tapX
          f32.store(dst, within(from + d0, g.width) ? f32.load(src) : 0)
          f32.store(dst, within(from + d1, g.width) ? f32.load(src, 4) : 0, 4)
          f32.store(dst, within(from + d2, g.width) ? f32.load(src, 8) : 0, 8)
          f32.store(dst, within(from + d3, g.width) ? f32.load(src, 12) : 0, 12)
          dst += 16
          column++
        }
      }
    } else {
      for (; column < stop; column++) {
        v128.store(dst, splat(0))
        dst += 16
      }
    }
    column = 0
    if (++row == g.rows) {
      row = 0
      image++
    }
  }
}
