/**
 * Which pixels of an image a convolution reads for which output, and where the outputs lie. The
 * host writes these numbers into scratch in this order (src/geometry.ts).
 */
@unmanaged
export class Geometry {
  images: i32
  height: i32
  width: i32
  /** Floats of a pixel. */
  channels: i32
  filterHeight: i32
  filterWidth: i32
  strideY: i32
  strideX: i32
  dilationY: i32
  dilationX: i32
  /** The first window begins at row −top, column −left; negative where it begins inside. */
  top: i32
  left: i32
  /** Outputs of one image. */
  rows: i32
  columns: i32
  /** Floats of an output. */
  outputs: i32
  /** Floats from an output to the one of the next image, of the next row, of the next column. */
  imageStep: i32
  rowStep: i32
  columnStep: i32
}

/** Whether `i` is one of 0 … size − 1, in one comparison. */
@inline
export function within(i: i32, size: i32): bool {
  return <u32>i < <u32>size
}

/** The first i ≥ 0 with offset + i·step ≥ 0. */
@inline
export function firstInside(offset: i32, step: i32): i32 {
  return max(0, (step - 1 - offset) / step)
}

/** One more than the last i with offset + i·step < size, or 0. */
@inline
export function endInside(offset: i32, step: i32, size: i32): i32 {
  return offset < size ? (size - 1 - offset) / step + 1 : 0
}
