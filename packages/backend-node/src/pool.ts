/**
 * Pools of images and volumes with any padding and any rounding of sizes: TensorFlow's operations pad
 * as they see fit or not at all, so what they get is padded before. A mean is one of what was inside.
 */
import { backend_util } from '@tensorflow/tfjs-core'
import { BOOL, type Call, FLOAT, INT, type Kernels, type Run, type Settings } from './call'
import type { Attrs } from './fallback'
import { type Axis, axesOf, axesOfVolume, cropped, isPadded, padded, paddedShape } from './pads'
import type { Handle } from './tensorflow'

interface Pool {
  axes: Axis[]
  /** How many images there are, and channels. */
  ends: [number, number]
  settings: Settings
}

function poolOf(shape: number[], attrs: Attrs): Pool {
  const { filterSize, strides, pad, dimRoundingMode } = attrs
  const axes =
    shape.length === 5
      ? axesOfVolume(
          backend_util.computePool3DInfo(
            ...([
              shape as [number, number, number, number, number],
              filterSize,
              strides,
              1,
            ] as const),
            ...([pad, dimRoundingMode] as const),
          ),
        )
      : axesOf(
          backend_util.computePool2DInfo(
            ...([shape as [number, number, number, number], filterSize, strides, 1] as const),
            ...([pad, dimRoundingMode] as const),
          ),
        )
  return {
    axes,
    ends: [shape[0]!, shape.at(-1)!],
    settings: {
      T: FLOAT,
      ksize: [1, ...axes.map(({ window }) => window), 1],
      strides: [1, ...axes.map(({ stride }) => stride), 1],
      padding: 'VALID',
    },
  }
}

/** As tfjs has it, whatever the padding is. */
const isWhole = (axes: Axis[]): boolean =>
  axes.every(({ window, size, out }) => window === 1 && size === out)

const largest =
  (operation: string): Run =>
  call => {
    const { axes, settings } = poolOf(call.shape('x'), call.attrs)
    if (isWhole(axes)) return call.output(call.input('x'))
    const pool = (x: Handle) => call.run(operation, settings, x)
    const x = padded(call, call.input('x'), axes, -Infinity)
    const y = pool(x)
    return call.output(hidesNaN(call, axes.length + 2) ? showNaN(call, x, y, pool) : y)
  }

/**
 * On the processor TensorFlow passes over a NaN; there a look at the sum is cheap. On a GPU it heeds
 * TF_ENABLE_MAXPOOL_NANPROP.
 */
function hidesNaN(call: Call, rank: number): boolean {
  if (call.backend.isUsingGpuDevice) return false
  const all = call.ints(...Array.from({ length: rank }, (_, axis) => axis))
  const sum = call.run('Sum', { T: FLOAT, Tidx: INT, keep_dims: false }, call.input('x'), all)
  return Number.isNaN((call.backend.binding.tensorDataSync(sum) as Float32Array)[0])
}

/** NaN where a window has one. */
function showNaN(call: Call, x: Handle, y: Handle, pool: (x: Handle) => Handle): Handle {
  const unknown = call.run('IsNan', { T: FLOAT }, x)
  const marks = pool(call.run('Cast', { SrcT: BOOL, DstT: FLOAT }, unknown))
  const marked = call.run('Greater', { T: FLOAT }, marks, call.float(0))
  return call.run('SelectV2', { T: FLOAT }, marked, call.float(Number.NaN), y)
}

const largestGradient =
  (operation: string): Run =>
  call => {
    const { axes, settings, ends } = poolOf(call.shape('input'), call.attrs)
    const x = padded(call, call.input('input'), axes, -Infinity)
    const types: Settings = axes.length === 3 ? { TInput: FLOAT } : {}
    const flows = [x, call.input('output'), call.input('dy')]
    const dx = call.run(operation, { ...settings, ...types }, ...flows)
    return call.output(cropped(call, dx, axes, ends))
  }

const mean =
  (operation: string): Run =>
  call => {
    const { axes, settings } = poolOf(call.shape('x'), call.attrs)
    if (isWhole(axes)) return call.output(call.input('x'))
    const y = call.run(operation, settings, padded(call, call.input('x'), axes))
    return call.output(isPadded(axes) ? call.run('Mul', { T: FLOAT }, y, shares(call, axes)) : y)
  }

const meanGradient =
  (operation: string): Run =>
  call => {
    const { axes, settings, ends } = poolOf(call.shape('input'), call.attrs)
    const dy = call.input('dy')
    const scaled = isPadded(axes) ? call.run('Mul', { T: FLOAT }, dy, shares(call, axes)) : dy
    const sizes = call.ints(...paddedShape(axes, ends))
    return call.output(cropped(call, call.run(operation, settings, sizes, scaled), axes, ends))
  }

/** From means of whole windows to means of what was inside, as [1, …axes, 1]. */
function shares(call: Call, axes: Axis[]): Handle {
  const values = axes.reduce(
    (all, axis) =>
      all.flatMap(share =>
        insideOf(axis).map(inside => (share * axis.window) / Math.max(1, inside)),
      ),
    [1],
  )
  return call.floats(Float32Array.from(values), [1, ...axes.map(({ out }) => out), 1])
}

/** How many pixels each window has inside the image along an axis. */
const insideOf = ({ size, out, window, stride, pads: [before] }: Axis): number[] =>
  Array.from({ length: out }, (_, i) => {
    const start = i * stride - before
    return Math.max(0, Math.min(size, start + window) - Math.max(0, start))
  })

export const poolKernels: Kernels = {
  MaxPool: largest('MaxPool'),
  MaxPoolGrad: largestGradient('MaxPoolGrad'),
  AvgPool: mean('AvgPool'),
  AvgPoolGrad: meanGradient('AvgPoolGrad'),
  MaxPool3D: largest('MaxPool3D'),
  MaxPool3DGrad: largestGradient('MaxPool3DGrad'),
  AvgPool3D: mean('AvgPool3D'),
  AvgPool3DGrad: meanGradient('AvgPool3DGrad'),
}
