/** Elementwise kernels on float32; other types stay with tfjs's CPU kernels. */
import { backend_util, type DataType, type TensorInfo, util } from '@tensorflow/tfjs-core'
import {
  allFloat,
  FLOATS_WORTH_CUTTING,
  type Kernel,
  type KernelCall,
  type Outputs,
} from '../kernel'
import { broadcastStrides, collapse } from '../strides'

/** The numbers kernels/elementwise.ts knows these functions by. */
const BINARY = {
  Add: 0,
  Sub: 1,
  Multiply: 2,
  RealDiv: 3,
  Maximum: 4,
  Minimum: 5,
  SquaredDifference: 6,
}
/** The gradient of elu from dy and y. */
const ELU_GRAD = 7

export const UNARY = {
  ...{ Relu: 0, Sigmoid: 1, Tanh: 2, Exp: 3, Log: 4, Sqrt: 5, Square: 6, Neg: 7 },
  ...{ Abs: 8, Rsqrt: 9, Reciprocal: 10, Step: 11, LeakyRelu: 12, Elu: 13, Floor: 14 },
}

function binary(call: KernelCall, op: number): Outputs {
  const [a, b] = [call.input('a'), call.input('b')]
  if (!allFloat(a, b)) return call.fallback()
  if (util.arraysEqual(a.shape, b.shape)) {
    const [p, q] = [call.float(a), call.float(b)]
    const out = call.output(a.shape)
    flat(call, op, p, q, call.float(out), util.sizeFromShape(a.shape))
    return out
  }
  const shape = backend_util.assertAndGetBroadcastShape(a.shape, b.shape)
  const loop = collapse(shape, [broadcastStrides(a.shape, shape), broadcastStrides(b.shape, shape)])
  if (loop === null) return call.fallback()
  const [p, q] = [call.float(a), call.float(b)]
  const out = call.output(shape)
  const [ofA, ofB] = loop.strides as [number[], number[]]
  const args = [op, p, q, call.float(out), ...loop.sizes.slice(1), ...ofA, ...ofB]
  call.split('binary', util.sizeFromShape(shape), FLOATS_WORTH_CUTTING, ...args)
  return out
}

function eluGrad(call: KernelCall): Outputs {
  const [dy, y] = [call.input('dy'), call.input('y')]
  if (!allFloat(dy, y)) return call.fallback()
  call.expectShape('y', dy.shape)
  const [p, q] = [call.float(dy), call.float(y)]
  const out = call.output(dy.shape)
  flat(call, ELU_GRAD, p, q, call.float(out), util.sizeFromShape(dy.shape))
  return out
}

/** out = op(a, b) over `n` elements each. */
function flat(call: KernelCall, op: number, a: number, b: number, out: number, n: number): void {
  call.split('binary', n, FLOATS_WORTH_CUTTING, op, a, b, out, 1, 1, n, 0, 0, 0, 1, 0, 0, 0, 1)
}

function unary(call: KernelCall, op: number): Outputs {
  const x = call.input('x')
  if (!allFloat(x)) return call.fallback()
  const from = call.float(x)
  const out = call.output(x.shape)
  map(call, op, from, call.float(out), util.sizeFromShape(x.shape), call.attrs.alpha)
  return out
}

/** out = op(x) over `n` elements; `out` may be `x`. */
export function map(
  call: KernelCall,
  op: number,
  x: number,
  out: number,
  n: number,
  parameter = 0,
): void {
  call.split('unary', n, FLOATS_WORTH_CUTTING / 2, op, x, out, parameter)
}

function clip(call: KernelCall): Outputs {
  const x = call.input('x')
  if (!allFloat(x)) return call.fallback()
  const { clipValueMin, clipValueMax } = call.attrs
  const from = call.float(x)
  const out = call.output(x.shape)
  const size = util.sizeFromShape(x.shape)
  const args = [from, clipValueMin, clipValueMax, call.float(out)]
  call.split('clip', size, FLOATS_WORTH_CUTTING, ...args)
  return out
}

function addN(call: KernelCall): Outputs {
  const terms = Object.values(call.inputs)
  if (terms.length < 2 || !allFloat(...terms)) return call.fallback()
  const shape = terms[0]!.shape
  if (!terms.every(term => util.arraysEqual(term.shape, shape))) return call.fallback()
  const size = util.sizeFromShape(shape)
  const out = call.output(shape)
  const to = call.float(out)
  let sum = call.float(terms[0]!)
  for (const term of terms.slice(1)) {
    flat(call, BINARY.Add, sum, call.float(term), to, size)
    sum = to
  }
  return out
}

/** Unlike tfjs's, never lets integers pass for floats: a tensor's data has its own type here. */
function cast(call: KernelCall): Outputs {
  const x = call.input('x')
  const dtype = call.attrs.dtype as DataType
  if (x.dtype === dtype) return call.alias(x)
  if (dtype === 'int32' && x.dtype === 'float32') return toIntegers(call, x)
  if (dtype !== 'float32' || (x.dtype !== 'int32' && x.dtype !== 'bool')) return call.fallback()
  const from = call.own(x)
  const out = call.output(x.shape)
  const size = util.sizeFromShape(x.shape)
  const bytes = x.dtype === 'bool' ? 1 : 0
  call.split('toFloats', size, FLOATS_WORTH_CUTTING, from, bytes, call.float(out))
  return out
}

function toIntegers(call: KernelCall, x: TensorInfo): TensorInfo {
  const from = call.float(x)
  const out = call.output(x.shape, 'int32')
  const size = util.sizeFromShape(x.shape)
  call.split('toIntegers', size, FLOATS_WORTH_CUTTING, from, call.own(out))
  return out
}

function fill(call: KernelCall): Outputs {
  const { shape, value, dtype } = call.attrs
  if (typeof value !== 'number' || (dtype ?? 'float32') !== 'float32') return call.fallback()
  return filled(call, shape, value)
}

function filled(call: KernelCall, shape: number[], value: number): TensorInfo {
  const out = call.output(shape)
  fillWith(call, call.float(out), util.sizeFromShape(shape), value)
  return out
}

/** Sets `n` elements to one value. */
export function fillWith(call: KernelCall, out: number, n: number, value: number): void {
  call.split('fill', n, FLOATS_WORTH_CUTTING, out, value)
}

const like =
  (value: number) =>
  (call: KernelCall): Outputs => {
    const x = call.input('x')
    return allFloat(x) ? filled(call, x.shape, value) : call.fallback()
  }

export const elementwiseKernels: Kernel[] = [
  ...Object.entries(BINARY).map(([name, op]) => ({
    name,
    run: (call: KernelCall) => binary(call, op),
  })),
  ...Object.entries(UNARY).map(([name, op]) => ({
    name,
    run: (call: KernelCall) => unary(call, op),
  })),
  { name: 'EluGrad', run: eluGrad },
  { name: 'ClipByValue', run: clip },
  { name: 'AddN', run: addN },
  { name: 'Cast', run: cast },
  { name: 'Fill', run: fill },
  { name: 'ZerosLike', run: like(0) },
  { name: 'OnesLike', run: like(1) },
]
