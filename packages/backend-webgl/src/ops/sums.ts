/**
 * Sums and means over leading axes (a bias's gradient, a whole tensor): tfjs transposes first, and
 * then halves again and again.
 */
import type { MathBackendWebGL } from '@tensorflow/tfjs-backend-webgl'
import {
  backend_util,
  type KernelFunc,
  Mean,
  Sum,
  type TensorInfo,
  util,
} from '@tensorflow/tfjs-core'
import { launch } from '../gpu/launch'
import { repairKernel } from '../repair'

/** More rows than this are summed up in parts first. */
const ROWS = 512

export function fuseSums(): void {
  repairKernel(Sum, overRows(false))
  repairKernel(Mean, overRows(true))
}

const overRows =
  (isMean: boolean) =>
  (original: KernelFunc): KernelFunc =>
  call => {
    const backend = call.backend as MathBackendWebGL
    const x = call.inputs.x as TensorInfo
    const { axis, keepDims } = call.attrs as unknown as { axis: number[]; keepDims: boolean }
    const axes = util.parseAxisParam(axis, x.shape).toSorted((a, b) => a - b)
    const isOnCard = backend.texData.get(x.dataId).texture != null
    const leading = axes.length > 0 && axes.every((one, i) => one === i)
    const [kept, reduced] = backend_util.computeOutAndReduceShapes(x.shape, axes)
    const [columns, rows] = [util.sizeFromShape(kept), util.sizeFromShape(reduced)]
    if (x.dtype !== 'float32' || !isOnCard || !leading || rows * columns === 0)
      return original(call)
    const shape = keepDims ? backend_util.expandShapeToKeepDim(kept, axes) : kept
    const factor = isMean ? 1 / rows : 1
    if (rows <= ROWS) return columnSums(backend, x, rows, columns, 1, shape, factor)
    const parts = Math.ceil(Math.sqrt(rows))
    const sums = columnSums(backend, x, rows, columns, parts, [parts, columns], 1)
    const made = columnSums(backend, sums, parts, columns, 1, shape, factor)
    backend.disposeIntermediateTensorInfo(sums)
    return made
  }

/** x as rows and columns, summed over each `parts`th row. */
function columnSums(
  backend: MathBackendWebGL,
  x: TensorInfo,
  rows: number,
  columns: number,
  parts: number,
  shape: number[],
  factor: number,
): TensorInfo {
  const [sum] = launch(
    backend,
    { sum: { shape } },
    {
      code: `
        void compute(int at) {
          int part = at / columns, column = at - part * columns;
          float total = 0.;
          for (int row = part; row < rows; row += parts) total += x(row * columns + column);
          sum = total * factor;
        }
      `,
      inputs: { x },
      ints: { rows, columns, parts },
      floats: { factor },
    },
  )
  return sum!
}
