/** BatchMatMul and _FusedMatMul. */
import { broadcast_util, type TensorInfo, util } from '@tensorflow/tfjs-core'
import { type Matrix, multiply, multiplyMany, rows, transposed } from '../gemm'
import { allFloat, type Kernel, type KernelCall, type Outputs } from '../kernel'
import { broadcastStrides } from '../strides'
import { map, UNARY } from './elementwise'
import { repeatRow } from './layout'

const ACTIVATIONS: Record<string, number | undefined> = {
  relu: UNARY.Relu,
  sigmoid: UNARY.Sigmoid,
}

/** Writes a·b into a new tensor; with a bias, each row starts as that and the product is added. */
function matMul(call: KernelCall, bias?: TensorInfo): TensorInfo {
  const { a, b } = call.inputs as { a: TensorInfo; b: TensorInfo }
  const { transposeA = false, transposeB = false } = call.attrs
  for (const name of ['a', 'b']) call.expectRank(name, 2)
  const [rowsA, columnsA] = a.shape.slice(-2) as [number, number]
  const [rowsB, columnsB] = b.shape.slice(-2) as [number, number]
  const [m, k] = transposeA ? [columnsA, rowsA] : [rowsA, columnsA]
  const [inner, n] = transposeB ? [columnsB, rowsB] : [rowsB, columnsB]
  const [outerA, outerB] = [a.shape.slice(0, -2), b.shape.slice(0, -2)]
  const outer = broadcast_util.assertAndGetBroadcastShape(outerA, outerB)
  util.assert(
    k === inner,
    () =>
      `Error in matMul: inner shapes (${k}) and (${inner}) of Tensors with shapes ${a.shape} and ` +
      `${b.shape} and transposeA=${transposeA} and transposeB=${transposeB} must match.`,
  )
  const [p, q] = [call.float(a), call.float(b)]
  const out = call.output([...outer, m, n])
  const c = call.float(out)
  const batches = util.sizeFromShape(outer)
  if (bias) repeatRow(call, call.float(bias), 0, c, batches * m, n)
  const matrix = (pointer: number, columns: number, flip: boolean): Matrix =>
    flip ? transposed(pointer, columns) : rows(pointer, columns)
  const accumulate = bias !== undefined
  if (util.sizeFromShape(outerB) === 1 && !transposeA) {
    const factor = matrix(q, columnsB, transposeB)
    multiply(call, factor, { a: rows(p, k), c, ldc: n, m: batches * m, n, k, accumulate })
    return out
  }
  const stepsA = broadcastStrides(outerA, outer)
  const stepsB = broadcastStrides(outerB, outer)
  const position = new Array<number>(outer.length).fill(0)
  const factors = Array.from({ length: batches }, () => {
    const offset = (steps: number[]) => position.reduce((sum, at, i) => sum + at * steps[i]!, 0)
    const start = { a: p + offset(stepsA) * m * k * 4, b: q + offset(stepsB) * k * n * 4 }
    advance(position, outer)
    return start
  })
  const left = matrix(0, columnsA, transposeA)
  const product = { a: left, c, ldc: n, m, n, k, accumulate }
  multiplyMany(call, factors, matrix(0, columnsB, transposeB), product)
  return out
}

/** The next position in row-major order. */
function advance(position: number[], shape: number[]): void {
  for (let i = shape.length - 1; i >= 0; i--) {
    position[i]!++
    if (position[i]! < shape[i]!) return
    position[i] = 0
  }
}

function batchMatMul(call: KernelCall): Outputs {
  return allFloat(call.input('a'), call.input('b')) ? matMul(call) : call.fallback()
}

function fusedMatMul(call: KernelCall): Outputs {
  const { a, b, bias } = call.inputs as { a: TensorInfo; b: TensorInfo; bias?: TensorInfo }
  const activation: string = call.attrs.activation ?? 'linear'
  const op = ACTIVATIONS[activation]
  const n = b.shape.at(call.attrs.transposeB ? -2 : -1)
  const rowBias =
    bias === undefined || (bias.shape.at(-1) === n && util.sizeFromShape(bias.shape) === n)
  if (!rowBias || (op === undefined && activation !== 'linear')) return call.fallback()
  if (!allFloat(a, b, ...(bias ? [bias] : []))) return call.fallback()
  const out = matMul(call, bias)
  if (op !== undefined) {
    const p = call.float(out)
    map(call, op, p, p, util.sizeFromShape(out.shape))
  }
  return out
}

export const matMulKernels: Kernel[] = [
  { name: 'BatchMatMul', run: batchMatMul },
  { name: '_FusedMatMul', run: fusedMatMul },
]
