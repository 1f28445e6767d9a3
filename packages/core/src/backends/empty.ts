/**
 * What comes of tensors without an element, of a batch of no rows say: tfjs's kernels fail where
 * they sum over nothing. As on tfjs's CPU backend, the sum is 0 and the largest value −∞.
 */
import {
  BatchMatMul,
  type BatchMatMulAttrs,
  backend_util,
  Conv2D,
  type Conv2DAttrs,
  Conv2DBackpropFilter,
  Conv3DBackpropFilterV2,
  type DataType,
  DepthwiseConv2dNativeBackpropFilter,
  Max,
  Mean,
  Min,
  Prod,
  Sum,
  type TensorInfo,
  UnsortedSegmentSum,
  util,
} from '@tensorflow/tfjs-core'
import type { KernelRepair } from './kernel-repair'

/** As both of tfjs's backends have it. */
interface Maker {
  makeTensorInfo(shape: number[], dtype: DataType, values: Float32Array): TensorInfo
}

type Inputs = Record<string, TensorInfo>
// biome-ignore lint/suspicious/noExplicitAny: attributes are as free as tfjs's own
type ShapeOf = (inputs: Inputs, attrs: any) => number[]

const reduced: ShapeOf = ({ x }, { axis, reductionIndices, keepDims }) => {
  const axes = util.parseAxisParam(axis ?? reductionIndices, x!.shape)
  const [kept] = backend_util.computeOutAndReduceShapes(x!.shape, axes)
  return keepDims ? backend_util.expandShapeToKeepDim(kept, axes) : kept
}

const product: ShapeOf = ({ a, b }, { transposeA, transposeB }: BatchMatMulAttrs) => {
  const outer = [a!, b!].map(({ shape }) => shape.slice(0, -2)) as [number[], number[]]
  const rows = a!.shape.at(transposeA ? -1 : -2)!
  const columns = b!.shape.at(transposeB ? -2 : -1)!
  return [...backend_util.assertAndGetBroadcastShape(...outer), rows, columns]
}

const convolved: ShapeOf = ({ x, filter }, attrs: Conv2DAttrs) => {
  const { strides, dilations, pad, dimRoundingMode, dataFormat } = attrs
  type Shape = [number, number, number, number]
  const [image, window] = [x!.shape as Shape, filter!.shape as Shape]
  const format = backend_util.convertConv2DDataFormat(dataFormat)
  const sizes = [image, window, strides, dilations, pad, dimRoundingMode, false, format] as const
  return backend_util.computeConv2DInfo(...sizes).outShape
}

const filter: ShapeOf = (_, { filterShape }) => filterShape

const segments: ShapeOf = ({ x, segmentIds }, { numSegments }) => [
  numSegments,
  ...x!.shape.slice(segmentIds!.shape.length),
]

const KERNELS: [name: string, shapeOf: ShapeOf, value: number][] = [
  ...[Sum, Mean].map((name): [string, ShapeOf, number] => [name, reduced, 0]),
  [Prod, reduced, 1],
  [Max, reduced, Number.NEGATIVE_INFINITY],
  [Min, reduced, Number.POSITIVE_INFINITY],
  [BatchMatMul, product, 0],
  [Conv2D, convolved, 0],
  [Conv2DBackpropFilter, filter, 0],
  [DepthwiseConv2dNativeBackpropFilter, filter, 0],
  [Conv3DBackpropFilterV2, filter, 0],
  [UnsortedSegmentSum, segments, 0],
]

/** Repairs by the kernel's name. */
export const emptyRepairs: [name: string, KernelRepair][] = KERNELS.map(
  ([name, shapeOf, value]) => [
    name,
    original => call => {
      const inputs = call.inputs as Inputs
      const all = Object.values(inputs)
      if (all.every(({ shape }) => util.sizeFromShape(shape) > 0)) return original(call)
      const shape = shapeOf(inputs, call.attrs)
      const { dtype } = all[0]!
      const values = util.getTypedArrayFromDType(dtype as 'float32', util.sizeFromShape(shape))
      return (call.backend as Maker).makeTensorInfo(shape, dtype, values.fill(value))
    },
  ],
)
