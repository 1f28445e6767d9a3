/** Products and sums that kernels of ours are made of. */
import { BatchMatMul, env, getKernel, type TensorInfo, util } from '@tensorflow/tfjs-core'
import type { TrainingWebGPU } from '../backend'
import type { Repair } from '../kernel'
import { launch } from '../program'

/** The same values in another shape. */
export const shaped = (tensor: TensorInfo, ...shape: number[]): TensorInfo => ({ ...tensor, shape })

/** a·b by tfjs's program. */
export function multiply(
  backend: TrainingWebGPU,
  a: TensorInfo,
  b: TensorInfo,
  { transposeA = false, transposeB = false } = {},
): TensorInfo {
  const { kernelFunc } = getKernel(BatchMatMul, 'webgpu')!
  const attrs = { transposeA, transposeB }
  return kernelFunc({ inputs: { a, b }, attrs, backend }) as TensorInfo
}

/** Columns and rows of a group; 16 columns are a full line of memory. */
const [ACROSS, DOWN] = [16, 16]

const COLUMN_SUMS = `
  var<workgroup> parts: array<f32, ${ACROSS * DOWN}>;
  fn main(group: u32, lane: u32) {
    let column = group * ${ACROSS}u + lane % ${ACROSS}u;
    var total = 0.;
    if (column < sizes.columns) {
      for (var row = lane / ${ACROSS}u; row < sizes.rows; row += ${DOWN}u) {
        total += x[row * sizes.columns + column];
      }
    }
    parts[lane] = total;
    for (var half = ${DOWN / 2}u; half > 0u; half /= 2u) {
      workgroupBarrier();
      if (lane < half * ${ACROSS}u) { parts[lane] += parts[lane + half * ${ACROSS}u]; }
    }
    if (lane < ${ACROSS}u && column < sizes.columns) { out[column] = parts[lane] * sizes.factor; }
  }
`

/** The sum of all rows of x [rows, columns], times a factor. */
export function columnSums(
  backend: TrainingWebGPU,
  x: TensorInfo,
  rows: number,
  columns: number,
  { factor = 1, shape = [columns] } = {},
): TensorInfo {
  const out = backend.output(shape)
  launch(backend, {
    key: 'columnSums',
    buffers: { x, out: { tensor: out, writes: true } },
    sizes: { rows, columns },
    rates: { factor },
    code: COLUMN_SUMS,
    count: Math.ceil(columns / ACROSS),
    lanes: ACROSS * DOWN,
  })
  return out
}

/** tfjs's number for the program with small tiles. */
const SMALL_TILES = 2
/** tfjs gives products of so few elements a group of threads for each, */
const [FEW, THREADS] = [128, 64]
/** and cuts the sums of products that have so few tiles of 32 × 32 and so many terms. */
const [FEW_TILES, MANY_TERMS] = [32, 2000]

/**
 * tfjs's product, with another program than its own choice in two cases. Cut sums are added up by
 * atomics, in an order that differs from run to run, and with it the last bits. And a group of
 * threads for a sum of fewer terms than it has threads is a waste.
 */
export const chosenProduct: Repair = original => call => {
  const { a, b } = call.inputs as Record<'a' | 'b', TensorInfo>
  const { transposeA, transposeB } = call.attrs as Record<string, unknown>
  const [rows, terms] = [a.shape.at(transposeA ? -1 : -2)!, a.shape.at(transposeA ? -2 : -1)!]
  const columns = b.shape.at(transposeB ? -2 : -1)!
  const matrices = Math.max(...[a, b].map(one => util.sizeFromShape(one.shape.slice(0, -2))))
  const tiles = matrices * Math.ceil(rows / 32) * Math.ceil(columns / 32)
  const isFew = matrices * rows * columns <= FEW
  if (isFew ? terms >= THREADS : tiles > FEW_TILES || terms < MANY_TERMS) return original(call)
  const flag = 'WEBGPU_MATMUL_PROGRAM_TYPE'
  const before = env().getNumber(flag)
  env().set(flag, SMALL_TILES)
  try {
    return original(call)
  } finally {
    env().set(flag, before)
  }
}
