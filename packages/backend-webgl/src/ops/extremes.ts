/**
 * Largest and smallest elements. tfjs's program starts from ∓1e20, which hides what lies beyond: the
 * largest of nothing but −∞ has to be −∞. A NaN among them is the result.
 */
import type { MathBackendWebGL } from '@tensorflow/tfjs-backend-webgl'
import {
  backend_util,
  type KernelFunc,
  Max,
  Min,
  type TensorInfo,
  util,
} from '@tensorflow/tfjs-core'
import { launch } from '../gpu/launch'
import { repairKernel } from '../repair'

/** More elements than this are taken in parts first. */
const ELEMENTS = 1024

export function repairExtremes(): void {
  repairKernel(Max, of('>'))
  repairKernel(Min, of('<'))
}

const of =
  (compares: '>' | '<') =>
  (original: KernelFunc): KernelFunc =>
  call => {
    const backend = call.backend as MathBackendWebGL
    const x = call.inputs.x as TensorInfo
    const { reductionIndices, keepDims } = call.attrs as unknown as {
      reductionIndices: number | number[]
      keepDims: boolean
    }
    const axes = util.parseAxisParam(reductionIndices, x.shape).toSorted((a, b) => a - b)
    const onHost = backend.texData.get(x.dataId).texture == null
    if (onHost || x.dtype === 'complex64' || util.sizeFromShape(x.shape) === 0)
      return original(call)
    const [kept] = backend_util.computeOutAndReduceShapes(x.shape, axes)
    const shape = keepDims ? backend_util.expandShapeToKeepDim(kept, axes) : kept
    // axes beside each other are one; the last first, so that those before keep their places
    let current = x
    const sizes = x.shape.slice()
    const made: TensorInfo[] = []
    for (let last = axes.length - 1; last >= 0; ) {
      let first = last
      while (first > 0 && axes[first - 1] === axes[first]! - 1) first--
      const behind = util.sizeFromShape(sizes.slice(axes[last]! + 1))
      let count = util.sizeFromShape(sizes.slice(axes[first]!, axes[last]! + 1))
      const before = util.sizeFromShape(sizes.slice(0, axes[first]!))
      do {
        const parts = count > ELEMENTS ? Math.ceil(Math.sqrt(count)) : 1
        current = along(backend, current, [before, count, behind], parts, compares)
        made.push(current)
        count = parts
      } while (count > 1)
      for (let i = first; i <= last; i++) sizes[axes[i]!] = 1
      last = first - 1
    }
    if (made.length === 0) return original(call)
    for (const info of made.slice(0, -1)) backend.disposeIntermediateTensorInfo(info)
    backend.texData.get(current.dataId).shape = shape
    return { ...current, shape }
  }

/** Of [before, count, behind] the extremes along the middle, each of `parts` of it. */
function along(
  backend: MathBackendWebGL,
  x: TensorInfo,
  [before, count, behind]: [number, number, number],
  parts: number,
  compares: '>' | '<',
): TensorInfo {
  const [most] = launch(
    backend,
    { most: { shape: [before * parts * behind], dtype: x.dtype } },
    {
      code: `
        void compute(int at) {
          int line = at / behind, column = at - line * behind;
          int first = line / parts, part = line - first * parts;
          int start = first * count * behind + column;
          float extreme = x(start + part * behind);
          for (int i = part + parts; i < count; i += parts) {
            float value = x(start + i * behind);
            if (value ${compares} extreme || isnan(value)) extreme = value;
          }
          most = extreme;
        }
      `,
      inputs: { x },
      ints: { count, behind, parts },
    },
  )
  return most!
}
