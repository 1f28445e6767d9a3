// Convolution as the product patches · filter. The patches are never written out: six output
// pixels at a time go straight from the image into the panels that the 6×8 tile reads.
import { finish } from './activation'
import { Geometry, within } from './geometry'
import { addBlock, DEEP_ROWS, KC } from './gemm'
import { row } from './layout'
import { at, load, splat, store, storeTransposed, storeTransposed2 } from './simd'
import { TILE_COLUMNS, TILE_ROWS } from './tile'

/** What is known of an output pixel: where its window begins, where its image lies, where it goes. */
@unmanaged
class Pixel {
  y: i32
  x: i32
  image: usize
  to: usize
}

const PIXEL: i32 = 4
/** A row that no filter reaches: pixels that only fill up a tile read zeros. */
const NOWHERE: i32 = i32.MIN_VALUE / 2

/** Floats of scratch a thread of `conv` wants: a tile for the edges, a block of patches, its pixels, its outputs. */
export function convScratch(outputs: i32, run: i32): i32 {
  return TILE_ROWS * (TILE_COLUMNS + run) + DEEP_ROWS * (KC + PIXEL + outputs)
}

/**
 * out = activation(patches · filter + bias) for the units `from` … `to` of six pixels each. The
 * filter is packed, `zeros` points to a row of taps that are 0. The order of additions depends on
 * the filter's shape alone.
 */
export function conv(
  g: Geometry, x: usize, packed: usize, out: usize, bias: usize, activation: i32, slopes: usize,
  zeros: usize, scratch: usize, from: i32, to: i32, thread: i32,
): void {
  const n = g.outputs
  const spare = at(scratch, thread * convScratch(n, g.filterWidth * g.channels))
  const patches = at(spare, TILE_ROWS * TILE_COLUMNS)
  const pixels = at(patches, DEEP_ROWS * KC)
  const results = at(pixels, DEEP_ROWS * PIXEL)
  const borders = at(results, DEEP_ROWS * n)
  const k = g.filterHeight * g.filterWidth * g.channels
  const direct = g.columnStep == n && g.rowStep == g.columns * n && g.imageStep == g.rows * g.rowStep
  const end = min(to * TILE_ROWS, g.images * g.rows * g.columns)
  for (let i0 = from * TILE_ROWS; i0 < end; i0 += DEEP_ROWS) {
    const m = min(DEEP_ROWS, end - i0)
    const c = direct ? at(out, i0 * n) : results
    findPixels(g, x, out, i0, m, pixels)
    memory.fill(c, 0, <usize>(m * n) << 2)
    for (let k0 = 0; k0 < k; k0 += KC) {
      const kc = min(KC, k - k0)
      for (let i = 0; i < m; i += TILE_ROWS) {
        packPatches(g, at(pixels, i * PIXEL), zeros, borders, k0, k0 + kc, at(patches, i * kc))
      }
      addBlock(patches, at(packed, k0 * TILE_COLUMNS), k, c, n, m, 0, n, kc, spare)
    }
    const plain = bias == 0 && activation == 0
    for (let i = 0; i < m && !(direct && plain); i++) {
      const from = at(c, i * n), to = pixel(pixels, i).to
      if (plain) row(from, to, n)
      else finish(from, to, n, bias, activation, slopes)
    }
  }
}

@inline
function pixel(pixels: usize, i: i32): Pixel {
  return changetype<Pixel>(at(pixels, i * PIXEL))
}

function findPixels(g: Geometry, x: usize, out: usize, first: i32, m: i32, pixels: usize): void {
  let column = first % g.columns
  let row = (first / g.columns) % g.rows
  let image = first / g.columns / g.rows
  for (let i = 0; i < m; i++) {
    const p = pixel(pixels, i)
    p.y = row * g.strideY - g.top
    p.x = column * g.strideX - g.left
    p.image = at(x, image * g.height * g.width * g.channels)
    p.to = at(out, image * g.imageStep + row * g.rowStep + column * g.columnStep)
    if (++column == g.columns) {
      column = 0
      if (++row == g.rows) {
        row = 0
        image++
      }
    }
  }
  for (; m % TILE_ROWS; m++) {
    const p = pixel(pixels, m)
    p.y = NOWHERE
    p.x = 0
  }
}

/**
 * Elements k0 … k1 of the patches of six pixels as [k][6]. Taps side by side are one run of memory;
 * `borders` has room for six runs that reach beyond the image.
 */
function packPatches(
  g: Geometry, pixels: usize, zeros: usize, borders: usize, k0: i32, k1: i32, dst: usize,
): void {
  const across = g.dilationX == 1 ? 1 : g.filterWidth
  const taps = g.filterWidth / across
  const length = taps * g.channels
  const run = k0 / length
  let skip = k0 - run * length
  let column = run % across
  let dy = (run / across) * g.dilationY
  while (k0 < k1) {
    const n = min(length - skip, k1 - k0)
    const dx = column * g.dilationX
    const r0 = at(source(g, pixels, 0, dy, dx, taps, zeros, borders), skip)
    const r1 = at(source(g, pixels, 1, dy, dx, taps, zeros, borders), skip)
    const r2 = at(source(g, pixels, 2, dy, dx, taps, zeros, borders), skip)
    const r3 = at(source(g, pixels, 3, dy, dx, taps, zeros, borders), skip)
    const r4 = at(source(g, pixels, 4, dy, dx, taps, zeros, borders), skip)
    const r5 = at(source(g, pixels, 5, dy, dx, taps, zeros, borders), skip)
    packRun(r0, r1, r2, r3, r4, r5, n, dst)
    dst = at(dst, n * TILE_ROWS)
    k0 += n
    skip = 0
    if (++column == across) {
      column = 0
      dy += g.dilationY
    }
  }
}

/** Where a run of `taps` taps of pixel `i` can be read. */
@inline
function source(
  g: Geometry, pixels: usize, i: i32, dy: i32, dx: i32, taps: i32, zeros: usize, borders: usize,
): usize {
  const p = pixel(pixels, i)
  const y = p.y + dy, x = p.x + dx
  if (!within(y, g.height)) return zeros
  const from = at(p.image, (y * g.width + x) * g.channels)
  if (x >= 0 && x + taps <= g.width) return from
  return bordered(g, from, x, taps, at(borders, i * taps * g.channels))
}

/** Copies a run that begins at column `x` to `to`, with zeros for what lies outside. */
function bordered(g: Geometry, from: usize, x: i32, taps: i32, to: usize): usize {
  const c = g.channels
  const start = min(taps, max(0, -x)) * c, end = max(start, min(taps, g.width - x) * c)
  clear(to, start)
  row(at(from, start), at(to, start), end - start)
  clear(at(to, end), taps * c - end)
  return to
}

@inline
function clear(to: usize, n: i32): void {
  let i = 0
  for (; i + 4 <= n; i += 4) store(to, i, splat(0))
  for (; i < n; i++) f32.store(at(to, i), 0)
}

/** n elements from each of six places, interleaved. */
@inline
function packRun(r0: usize, r1: usize, r2: usize, r3: usize, r4: usize, r5: usize, n: i32, dst: usize): void {
  let q = 0
  for (; q + 4 <= n; q += 4) {
    storeTransposed(load(r0, q), load(r1, q), load(r2, q), load(r3, q), dst, TILE_ROWS << 2)
    storeTransposed2(load(r4, q), load(r5, q), dst + 16, TILE_ROWS << 2)
    dst += TILE_ROWS << 4
  }
  for (; q < n; q++) {
    f32.store(dst, f32.load(at(r0, q)))
    f32.store(dst, f32.load(at(r1, q)), 4)
    f32.store(dst, f32.load(at(r2, q)), 8)
    f32.store(dst, f32.load(at(r3, q)), 12)
    f32.store(dst, f32.load(at(r4, q)), 16)
    f32.store(dst, f32.load(at(r5, q)), 20)
    dst += TILE_ROWS << 2
  }
}
