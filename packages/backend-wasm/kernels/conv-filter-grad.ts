// The filter's gradient as the product patchesᵀ · dy, whose long dimension is the output pixels:
// chunks of a fixed number of them are added up one after the other. Threads share the rows, which
// are the elements of a patch, so that there are no partial sums to store.
//
// Taps side by side are one run of memory. Rows come in sixes of one run: where its length is no
// multiple of 6, the last six has rows that belong to no tap, and the host drops them.
import { endInside, firstInside, Geometry, within } from './geometry'
import { addBlock, DEEP_ROWS, packB } from './gemm'
import { at } from './simd'
import { TILE_COLUMNS, TILE_ROWS } from './tile'

/** Pixels added up at a time: as many as let a block of patches of 120 rows stay in the second-level cache. */
const CHUNK: i32 = 256

/** Floats of scratch a thread wants: a tile for the edges, a block of patchesᵀ, a panel of dy. */
export function convFilterGradScratch(): i32 {
  return TILE_ROWS * TILE_COLUMNS + DEEP_ROWS * CHUNK + CHUNK * TILE_COLUMNS
}

/** Sixes of rows from … to of out[runs, length of a run rounded up to 6, outputs]. */
export function convFilterGrad(
  g: Geometry, x: usize, dy: usize, out: usize, scratch: usize, from: i32, to: i32, thread: i32,
): void {
  const spare = at(scratch, thread * convFilterGradScratch())
  const patches = at(spare, TILE_ROWS * TILE_COLUMNS)
  const panel = at(patches, DEEP_ROWS * CHUNK)
  const n = g.outputs
  const pixels = g.images * g.rows * g.columns
  for (let i0 = from * TILE_ROWS; i0 < to * TILE_ROWS; i0 += DEEP_ROWS) {
    const m = min(DEEP_ROWS, to * TILE_ROWS - i0)
    memory.fill(at(out, i0 * n), 0, <usize>(m * n) << 2)
    for (let p0 = 0; p0 < pixels; p0 += CHUNK) {
      const k = min(CHUNK, pixels - p0)
      for (let i = 0; i < m; i += TILE_ROWS) packElements(g, x, (i0 + i) / TILE_ROWS, p0, k, at(patches, i * k))
      for (let j = 0; j < n; j += TILE_COLUMNS) {
        const columns = min(TILE_COLUMNS, n - j)
        packB(at(dy, p0 * n + j), n, 1, k, columns, panel, 0, 1)
        addBlock(patches, panel, k, at(out, i0 * n + j), n, m, 0, columns, k, spare)
      }
    }
  }
}

/** The six elements `unit` of the patches of `count` pixels, as [pixel][6]. */
function packElements(g: Geometry, x: usize, unit: i32, first: i32, count: i32, dst: usize): void {
  const c = g.channels
  const across = g.dilationX == 1 ? 1 : g.filterWidth
  const length = g.filterWidth / across * c
  const units = (length + TILE_ROWS - 1) / TILE_ROWS
  const run = unit / units
  const e = (unit - run * units) * TILE_ROWS
  const tapY = run / across * g.dilationY
  const tapX = run % across * g.dilationX - g.left
  // pixels the six lie in, and the outputs for which the first and the last are inside the image
  const d0 = e / c, d1 = (e + 1) / c, d2 = (e + 2) / c
  const d3 = (e + 3) / c, d4 = (e + 4) / c, d5 = (e + 5) / c
  const low = firstInside(tapX + d0, g.strideX), high = endInside(tapX + d5, g.strideX, g.width)
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
            f64.store(dst, f64.load(src, 16), 16)
            src += step
            dst += TILE_ROWS << 2
          }
        } else {
          const from = left + tapX
          f32.store(dst, within(from + d0, g.width) ? f32.load(src) : 0)
          f32.store(dst, within(from + d1, g.width) ? f32.load(src, 4) : 0, 4)
          f32.store(dst, within(from + d2, g.width) ? f32.load(src, 8) : 0, 8)
          f32.store(dst, within(from + d3, g.width) ? f32.load(src, 12) : 0, 12)
          f32.store(dst, within(from + d4, g.width) ? f32.load(src, 16) : 0, 16)
          f32.store(dst, within(from + d5, g.width) ? f32.load(src, 20) : 0, 20)
          dst += TILE_ROWS << 2
          column++
        }
      }
    } else {
      const bytes = <usize>((stop - column) * TILE_ROWS) << 2
      memory.fill(dst, 0, bytes)
      dst += bytes
    }
    column = 0
    if (++row == g.rows) {
      row = 0
      image++
    }
  }
}
