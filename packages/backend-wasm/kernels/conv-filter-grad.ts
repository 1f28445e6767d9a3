// The filter's gradient as the product patchesᵀ · dy, whose long dimension is the output pixels:
// chunks of a fixed number of them are added up one after the other. Threads share the rows, which
// are the elements of a patch, so that there are no partial sums to store.
import { Geometry, locate, within } from './geometry'
import { block8, KC, MC, MR, NR, packB } from './gemm'
import { at, splat } from './simd'

/** Floats of scratch a thread wants: a tile for the edges, a block of patchesᵀ, a panel of dy. */
export function convFilterGradScratch(): i32 {
  return MR * NR + MC * KC + KC * NR
}

/** out[from·4 … to·4, outputs], rows of the filter's gradient. */
export function convFilterGrad(
  g: Geometry, x: usize, dy: usize, out: usize, scratch: usize, from: i32, to: i32, thread: i32,
): void {
  const spare = at(scratch, thread * convFilterGradScratch())
  const patches = at(spare, MR * NR)
  const panel = at(patches, MC * KC)
  const n = g.outputs
  const pixels = g.images * g.rows * g.columns
  const end = min(to * MR, g.filterHeight * g.filterWidth * g.channels)
  for (let i0 = from * MR; i0 < end; i0 += MC) {
    const m = min(MC, end - i0)
    if (pixels == 0) memory.fill(at(out, i0 * n), 0, <usize>(m * n) << 2)
    for (let p0 = 0; p0 < pixels; p0 += KC) {
      const k = min(KC, pixels - p0)
      for (let i = 0; i < m; i += MR) {
        packElements(g, x, i0 + i, min(MR, m - i), p0, k, at(patches, i * k))
      }
      for (let j = 0; j < n; j += NR) {
        const columns = min(NR, n - j)
        packB(at(dy, p0 * n + j), n, 1, k, columns, panel, 0, 1)
        block8(patches, panel, k, at(out, i0 * n + j), n, m, 0, columns, k, p0 > 0, spare)
      }
    }
  }
}

@inline
function copyElement(g: Geometry, image: usize, y: i32, x: i32, channel: i32, to: usize): void {
  const from = locate(g, image, y, x, channel, 0)
  f32.store(to, from ? f32.load(from) : 0)
}

/** Elements e … e + 3 of the patches of `count` pixels as [pixel][4]; from `lanes` on, zeros. */
function packElements(g: Geometry, x: usize, e: i32, lanes: i32, first: i32, count: i32, dst: usize): void {
  const c = g.channels, across = g.filterWidth * c
  const e1 = e + 1, e2 = e + 2, e3 = e + 3
  const c0 = e % c, c1 = e1 % c, c2 = e2 % c, c3 = e3 % c
  const x0 = ((e % across) / c) * g.dilationX, x1 = ((e1 % across) / c) * g.dilationX
  const x2 = ((e2 % across) / c) * g.dilationX, x3 = ((e3 % across) / c) * g.dilationX
  // elements beyond the last lie below every image
  const y0 = (e / across) * g.dilationY
  const y1 = lanes > 1 ? (e1 / across) * g.dilationY : i32.MAX_VALUE / 2
  const y2 = lanes > 2 ? (e2 / across) * g.dilationY : i32.MAX_VALUE / 2
  const y3 = lanes > 3 ? (e3 / across) * g.dilationY : i32.MAX_VALUE / 2
  // the four are neighbours in memory: of one tap, or of taps side by side
  const neighbours = y3 == y0 && (x3 == x0 || g.dilationX == 1)
  const low = max(0, (g.left - x0 + g.strideX - 1) / g.strideX)
  const room = g.width - 1 + g.left - x3
  const high = room < 0 ? 0 : room / g.strideX + 1

  let column = first % g.columns
  let row = (first / g.columns) % g.rows
  let image = at(x, (first / g.columns / g.rows) * g.height * g.width * c)
  while (count > 0) {
    const stop = min(g.columns, column + count)
    count -= stop - column
    const y = row * g.strideY - g.top
    if (neighbours && !within(y + y0, g.height)) {
      for (; column < stop; column++) {
        v128.store(dst, splat(0))
        dst += 16
      }
    }
    while (column < stop) {
      const left = column * g.strideX - g.left
      if (neighbours && column >= low && column < high) {
        let from = at(image, ((y + y0) * g.width + left + x0) * c + c0)
        const step = <usize>(g.strideX * c) << 2
        for (const inner = min(stop, high); column < inner; column++) {
          v128.store(dst, v128.load(from))
          from += step
          dst += 16
        }
      } else {
        copyElement(g, image, y + y0, left + x0, c0, dst)
        copyElement(g, image, y + y1, left + x1, c1, dst + 4)
        copyElement(g, image, y + y2, left + x2, c2, dst + 8)
        copyElement(g, image, y + y3, left + x3, c3, dst + 12)
        dst += 16
        column++
      }
    }
    column = 0
    if (++row == g.rows) {
      row = 0
      image = at(image, g.height * g.width * c)
    }
  }
}
