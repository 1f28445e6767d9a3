/** Products and sums that kernels of ours are made of. */
import { BatchMatMul, env, getKernel, type TensorInfo } from '@tensorflow/tfjs-core'
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

/** From this many terms of a sum on, tfjs's program cuts it and adds the parts with atomics. */
const CUT = 2000
/** tfjs's number for the program with small tiles. */
const SMALL_TILES = 2

/** tfjs's product without sums whose order, and with it the last bits, differ from run to run. */
export const sameBits: Repair = original => call => {
  const a = call.inputs.a as TensorInfo
  const terms = a.shape.at((call.attrs as { transposeA?: boolean }).transposeA ? -2 : -1)!
  if (terms < CUT) return original(call)
  const flag = 'WEBGPU_MATMUL_PROGRAM_TYPE'
  const before = env().getNumber(flag)
  env().set(flag, SMALL_TILES)
  try {
    return original(call)
  } finally {
    env().set(flag, before)
  }
}
