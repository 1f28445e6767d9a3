// Which pixels of an image a convolution reads for which output, and where the outputs lie. The host
// writes these numbers in this order (backend-wasm's src/geometry.ts).
#pragma once
#include "types.h"

namespace dl {
namespace DL_LEVEL {

struct Geometry {
  i32 images, height, width;
  /** Floats of a pixel. */
  i32 channels;
  i32 filterHeight, filterWidth;
  i32 strideY, strideX;
  i32 dilationY, dilationX;
  /** The first window begins at row −top, column −left; negative where it begins inside. */
  i32 top, left;
  /** Outputs of one image. */
  i32 rows, columns;
  /** Floats of an output. */
  i32 outputs;
  /** Floats from an output to the one of the next image, of the next row, of the next column. */
  i32 imageStep, rowStep, columnStep;
};
typedef Ptr<const Geometry> AGeometry;

/** Whether `i` is one of 0 … size − 1, in one comparison. */
INLINE bool within(i32 i, i32 size) { return (u32)i < (u32)size; }
/** The first i ≥ 0 with offset + i·step ≥ 0. */
INLINE i32 firstInside(i32 offset, i32 step) { return max(0, (step - 1 - offset) / step); }
/** One more than the last i with offset + i·step < size, or 0. */
INLINE i32 endInside(i32 offset, i32 step, i32 size) {
  return offset < size ? (size - 1 - offset) / step + 1 : 0;
}

}  // namespace DL_LEVEL
}  // namespace dl
