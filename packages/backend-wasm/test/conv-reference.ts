/** Convolutions by their definition, in 64-bit arithmetic. */
import { size, type Value } from './helpers'

export interface Spec {
  /** [batch, height, width, channels] */
  image: number[]
  /** [height, width, channels, outputs], or for depthwise ones [height, width, channels, multiplier] */
  filter: number[]
  strides: [number, number]
  dilations: [number, number]
  /** top, bottom, left, right */
  pad: [number, number, number, number]
  depthwise?: boolean
}

export function outShape({ image, filter, strides, dilations, pad, depthwise }: Spec): number[] {
  const [batch, height, width, channels] = image as [number, number, number, number]
  const [fh, fw, , last] = filter as [number, number, number, number]
  const along = (length: number, taps: number, axis: 0 | 1) => {
    const reach = (taps - 1) * dilations[axis] + 1
    const padded = length + pad[2 * axis]! + pad[2 * axis + 1]!
    return Math.floor((padded - reach) / strides[axis]) + 1
  }
  return [batch, along(height, fh, 0), along(width, fw, 1), depthwise ? channels * last : last]
}

/** Calls `visit` with the positions in image, filter and output of every product of the convolution. */
function forEachProduct(spec: Spec, visit: (x: number, w: number, y: number) => void): void {
  const { image, filter, strides, dilations, pad, depthwise } = spec
  const [batch, height, width, channels] = image as [number, number, number, number]
  const [fh, fw, , last] = filter as [number, number, number, number]
  const [, rows, columns, outputs] = outShape(spec) as [number, number, number, number]
  for (let b = 0; b < batch; b++) {
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        for (let i = 0; i < fh; i++) {
          const y = row * strides[0] + i * dilations[0] - pad[0]
          if (y < 0 || y >= height) continue
          for (let j = 0; j < fw; j++) {
            const x = column * strides[1] + j * dilations[1] - pad[2]
            if (x < 0 || x >= width) continue
            const pixel = ((b * height + y) * width + x) * channels
            const tap = (i * fw + j) * channels
            const out = ((b * rows + row) * columns + column) * outputs
            for (let c = 0; c < channels; c++) {
              for (let o = 0; o < last; o++) {
                visit(pixel + c, (tap + c) * last + o, out + (depthwise ? c * last : 0) + o)
              }
            }
          }
        }
      }
    }
  }
}

export function forward(spec: Spec, image: Value, filter: Value): Float64Array {
  const out = new Float64Array(size(outShape(spec)))
  forEachProduct(spec, (x, w, y) => {
    out[y]! += image.values[x]! * filter.values[w]!
  })
  return out
}

export function imageGradient(spec: Spec, dy: Value, filter: Value): Float64Array {
  const out = new Float64Array(size(spec.image))
  forEachProduct(spec, (x, w, y) => {
    out[x]! += dy.values[y]! * filter.values[w]!
  })
  return out
}

export function filterGradient(spec: Spec, image: Value, dy: Value): Float64Array {
  const out = new Float64Array(size(spec.filter))
  forEachProduct(spec, (x, w, y) => {
    out[w]! += image.values[x]! * dy.values[y]!
  })
  return out
}
