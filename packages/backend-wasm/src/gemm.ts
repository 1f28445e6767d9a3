/** The matrix product as the host sees it: strides in, path chosen, scratch provided. */
import { FLOATS_WORTH_CUTTING, type KernelCall } from './kernel'

/** A matrix in the memory: the distance between rows and between columns, in elements. */
export interface Matrix {
  pointer: number
  rowStride: number
  columnStride: number
}

/** C[m, n] (+)= A[m, k] · B[k, n]; C's columns are contiguous, its rows `ldc` apart. */
export interface Product {
  a: Matrix
  c: number
  ldc: number
  m: number
  n: number
  k: number
  /** Adds to what C holds (default: overwrites it). */
  accumulate?: boolean
}

/** A row-major matrix with rows of `columns` elements. */
export const rows = (pointer: number, columns: number): Matrix => ({
  pointer,
  rowStride: columns,
  columnStride: 1,
})

/** The transpose of a row-major matrix with rows of `columns` elements. */
export const transposed = (pointer: number, columns: number): Matrix => ({
  pointer,
  rowStride: 1,
  columnStride: columns,
})

/** Up to so many rows of A, copying B into panels costs more than it gains. */
const FEW_ROWS = 3
/** Columns of B are packed in portions of about this many floats. */
const PACK_FLOATS = 4 * 2 ** 20
/** Multiply-adds that are worth handing to another thread: some 20 µs. */
export const WORTH_CUTTING = 2 ** 19
/** Of many products, those whose packed B is no larger are not cut. */
const SMALL_BYTES = 2 ** 19
/** Columns for which it pays to pack rows of A once more. */
const WIDE_ENOUGH = 128
/** Rows of a tile (kernels/tile.ts). */
export const TILE_ROWS = 6
/** The most rows of A that are packed at a time (kernels/gemm.ts). */
export const BLOCK_ROWS = 120

/** Copies B into the order in which {@link multiplyPacked} reads it: worthwhile when B serves more than once. */
export function pack(call: KernelCall, b: Matrix, k: number, n: number): number {
  const packed = call.scratch((call.wasm.packedBytes(k, n) >>> 0) / 4)
  packInto(call, packed, b, k, n)
  return packed
}

function packInto(call: KernelCall, packed: number, b: Matrix, k: number, n: number): void {
  const panel = call.wasm.panelColumns()
  const grain = Math.ceil(FLOATS_WORTH_CUTTING / Math.max(1, panel * k))
  const { pointer, rowStride, columnStride } = b
  call.split('packB', Math.ceil(n / panel), grain, pointer, rowStride, columnStride, k, n, packed)
}

/** Scratch for {@link multiplyPacked}; one serves all products of a call. */
export const gemmScratch = (call: KernelCall): number => call.perThread(call.wasm.gemmScratch() / 4)

export function multiplyPacked(
  call: KernelCall,
  packed: number,
  scratch: number,
  { a, c, ldc, m, n, k, accumulate = false }: Product,
): void {
  const { threads } = call.backend.pool
  const bands = Math.ceil(m / BLOCK_ROWS)
  const blockRows = roundUp(m / bands, TILE_ROWS)
  const worth = Math.ceil((m * n * k) / WORTH_CUTTING)
  // a few blocks for each thread, so that all end at about the same time; what they are changes no sum
  const wanted = Math.min(worth, n / WIDE_ENOUGH, 4 * threads) / bands
  const across = threads === 1 ? 1 : Math.max(1, Math.ceil(wanted))
  const blockColumns = roundUp(n / across, call.wasm.panelColumns())
  const blocks = bands * Math.ceil(n / blockColumns)
  const grain = Math.ceil(WORTH_CUTTING / Math.max(1, blockRows * blockColumns * k))
  const product = [a.pointer, a.rowStride, a.columnStride, packed, c, ldc, m, n, k]
  const cut = [scratch, blockRows, blockColumns]
  call.split('gemm', blocks, grain, ...product, accumulate ? 1 : 0, ...cut)
}

/**
 * One product, or several with the same B, n and k, for which B is packed once. Which path runs
 * depends on sizes and strides alone, so results repeat bit for bit.
 */
export function multiply(call: KernelCall, b: Matrix, ...products: Product[]): void {
  const large = products.filter(product => !multiplyFewRows(call, b, product))
  const [first] = large
  if (first === undefined) return
  const { n, k } = first
  const portion = Math.max(64, Math.floor(PACK_FLOATS / Math.max(k, 1) / 64) * 64)
  const width = Math.min(n, portion)
  const packed = call.scratch((call.wasm.packedBytes(k, width) >>> 0) / 4)
  const scratch = gemmScratch(call)
  for (let j = 0; j < n; j += portion) {
    const columns = Math.min(portion, n - j)
    packInto(call, packed, { ...b, pointer: b.pointer + j * b.columnStride * 4 }, k, columns)
    for (const product of large) {
      multiplyPacked(call, packed, scratch, { ...product, c: product.c + j * 4, n: columns })
    }
  }
  call.free(packed)
  call.free(scratch)
}

/** A product of few or no rows, which needs no packing; false if it has more. */
function multiplyFewRows(
  call: KernelCall,
  b: Matrix,
  { a, c, ldc, m, n, k, accumulate = false }: Product,
): boolean {
  if (m === 0 || n === 0) return true
  if (m > FEW_ROWS) return false
  const add = accumulate ? 1 : 0
  const columnsWorthCutting = Math.ceil(WORTH_CUTTING / 8 / Math.max(1, m * k))
  const left = [a.pointer, a.rowStride]
  if (b.columnStride === 1) {
    const args = [...left, a.columnStride, b.pointer, b.rowStride, c, ldc, m, n, k, add]
    call.split('gemmFewRows', Math.ceil(n / 4), Math.ceil(columnsWorthCutting / 4), ...args)
    return true
  }
  if (b.rowStride !== 1 || a.columnStride !== 1) return false
  const args = [...left, b.pointer, b.columnStride, c, ldc, m, k, add]
  call.split('gemmDots', n, columnsWorthCutting, ...args)
  return true
}

/** Where the factors of one of many products begin. */
export interface Factors {
  a: number
  b: number
}

/**
 * Products of matrices of the same sizes and strides, one after another in C. Small ones are shared
 * out whole; each of the large ones is cut.
 */
export function multiplyMany(
  call: KernelCall,
  factors: Factors[],
  b: Omit<Matrix, 'pointer'>,
  { a, c, ldc, m, n, k, accumulate = false }: Omit<Product, 'a'> & { a: Omit<Matrix, 'pointer'> },
): void {
  if (m === 0 || n === 0) return
  const packedBytes = call.wasm.packedBytes(k, n) >>> 0
  if (factors.length < 2 || packedBytes > SMALL_BYTES) {
    factors.forEach((start, i) => {
      const to = c + i * m * n * 4
      const left = { ...a, pointer: start.a }
      multiply(call, { ...b, pointer: start.b }, { a: left, c: to, ldc, m, n, k, accumulate })
    })
    return
  }
  const starts = call.scratch(2 * factors.length)
  const pairs = factors.flatMap(start => [start.a, start.b])
  call.backend.linear.ints(starts, pairs.length).set(pairs)
  const bytes = call.wasm.gemmScratch() + packedBytes
  const scratch = call.perThread(bytes / 4)
  const strides = [a.rowStride, a.columnStride, b.rowStride, b.columnStride]
  const sizes = [c, m, n, k, accumulate ? 1 : 0]
  const grain = Math.ceil(WORTH_CUTTING / Math.max(1, m * n * k))
  call.split('gemmMany', factors.length, grain, starts, ...strides, ...sizes, scratch, bytes)
}

const roundUp = (value: number, step: number): number => Math.ceil(value / step) * step
