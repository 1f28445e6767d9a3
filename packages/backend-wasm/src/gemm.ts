/** The matrix product as the host sees it: strides in, path chosen, scratch provided. */
import type { KernelCall } from './kernel'

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

/** Copies B into the order in which {@link multiplyPacked} reads it: worthwhile when B serves more than once. */
export function pack(call: KernelCall, b: Matrix, k: number, n: number): number {
  const packed = call.scratch((call.wasm.packedBytes(k, n) >>> 0) / 4)
  call.wasm.packB(b.pointer, b.rowStride, b.columnStride, k, n, packed)
  return packed
}

/** Scratch for {@link multiplyPacked}; one serves all products of a call. */
export const gemmScratch = (call: KernelCall): number => call.scratch(call.wasm.gemmScratch() / 4)

export function multiplyPacked(
  call: KernelCall,
  packed: number,
  scratch: number,
  { a, c, ldc, m, n, k, accumulate = false }: Product,
): void {
  const add = accumulate ? 1 : 0
  call.wasm.gemm(a.pointer, a.rowStride, a.columnStride, packed, c, ldc, m, n, k, add, scratch)
}

/** One product. Which path runs depends on sizes and strides alone, so results repeat bit for bit. */
export function multiply(call: KernelCall, b: Matrix, product: Product): void {
  const { a, c, ldc, m, n, k, accumulate = false } = product
  const add = accumulate ? 1 : 0
  const { wasm } = call
  if (m === 0 || n === 0) return
  if (m <= FEW_ROWS && b.columnStride === 1) {
    const { pointer, rowStride, columnStride } = a
    wasm.gemmFewRows(pointer, rowStride, columnStride, b.pointer, b.rowStride, c, ldc, m, n, k, add)
  } else if (m <= FEW_ROWS && b.rowStride === 1 && a.columnStride === 1) {
    wasm.gemmDots(a.pointer, a.rowStride, b.pointer, b.columnStride, c, ldc, m, n, k, add)
  } else {
    const portion = Math.max(64, Math.floor(PACK_FLOATS / Math.max(k, 1) / 64) * 64)
    const width = Math.min(n, portion)
    const packed = call.scratch((wasm.packedBytes(k, width) >>> 0) / 4)
    const scratch = gemmScratch(call)
    for (let j = 0; j < n; j += portion) {
      const columns = Math.min(portion, n - j)
      const from = b.pointer + j * b.columnStride * 4
      wasm.packB(from, b.rowStride, b.columnStride, k, columns, packed)
      multiplyPacked(call, packed, scratch, { ...product, c: c + j * 4, n: columns })
    }
    call.free(packed)
    call.free(scratch)
  }
}
