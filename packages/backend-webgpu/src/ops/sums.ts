/**
 * Sums of tensors and along axes. tfjs binds a buffer for each tensor of `addN`, of which devices
 * allow eight, and beyond that the sum is 0; here six go into one launch. Sums over leading axes (a
 * bias's gradient) take one launch, where tfjs transposes first.
 */
import { backend_util, type TensorInfo, upcastType, util } from '@tensorflow/tfjs-core'
import type { TrainingWebGPU } from '../backend'
import type { Kernel, KernelCall, Repair } from '../kernel'
import { launch, sizeOf } from '../program'
import { columnSums } from './products'

/** Tensors that one launch adds, beside what is added up so far and the sum. */
const AT_ONCE = 6

function addN({ backend, inputs }: KernelCall): TensorInfo {
  const all = Object.values(inputs)
  const dtype = all.map(one => one.dtype).reduce((a, b) => upcastType(a, b))
  const { shape } = all[0]!
  const type = dtype === 'float32' ? 'float32' : 'int32'
  let total: TensorInfo | null = null
  let rest = all
  do {
    const terms = total === null ? rest.slice(0, AT_ONCE + 1) : [total, ...rest.slice(0, AT_ONCE)]
    rest = rest.slice(total === null ? AT_ONCE + 1 : AT_ONCE)
    const out = backend.output(shape, type)
    const element = type === 'float32' ? 'f32' : 'i32'
    const read = terms.map((_, i) => `${element}(x${i}[at])`)
    const kinds = terms.map(one => one.dtype[0])
    launch(backend, {
      key: `addN ${type} ${kinds.join('')}`,
      buffers: {
        ...Object.fromEntries(terms.map((term, i) => [`x${i}`, term])),
        out: { tensor: out, writes: true },
      },
      code: `fn main(at: u32) { out[at] = ${read.join(' + ')}; }`,
      count: sizeOf(out),
    })
    if (total !== null) backend.disposeData(total.dataId)
    total = out
  } while (rest.length > 0)
  return total
}

/** Sum or mean where all leading axes are summed over and the others kept. */
export const overRows =
  (isMean: boolean): Repair =>
  original =>
  call => {
    const { inputs, attrs, backend } = call
    const x = inputs.x as TensorInfo
    const { axis, keepDims } = attrs as { axis: number | number[]; keepDims: boolean }
    const axes = util.parseAxisParam(axis, x.shape).toSorted((a, b) => a - b)
    const leading = axes.length < x.shape.length && axes.every((one, i) => one === i)
    if (x.dtype !== 'float32' || axes.length === 0 || !leading) return original(call)
    const [kept, reduced] = backend_util.computeOutAndReduceShapes(x.shape, axes)
    const shape = keepDims ? backend_util.expandShapeToKeepDim(kept, axes) : kept
    const [rows, columns] = [util.sizeFromShape(reduced), util.sizeFromShape(kept)]
    const factor = isMean ? 1 / rows : 1
    return columnSums(backend as TrainingWebGPU, x, rows, columns, { factor, shape })
  }

export const sumKernels: Kernel[] = [{ name: 'AddN', run: addN }]
