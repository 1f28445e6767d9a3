/** Batch norm (contract: @dl/core's `batchNorm`, `batchNormInference`), and tfjs's own. */
import { type TensorInfo, util } from '@tensorflow/tfjs-core'
import {
  allFloat,
  FLOATS_WORTH_CUTTING,
  type Kernel,
  type KernelCall,
  type Outputs,
} from '../kernel'
import { fillWith } from './elementwise'

/** x as rows of channels, and the chunks of rows that statistics are summed in. */
interface Rows {
  shape: number[]
  rows: number
  channels: number
  /** Rows of a chunk. */
  length: number
  chunks: number
}

/** Rows that may be summed in float32 before digits are lost. */
const LONG = 1024

function rowsOf(x: TensorInfo): Rows {
  const channels = x.shape.at(-1)!
  const rows = util.sizeFromShape(x.shape) / channels
  const length = Math.min(LONG, Math.max(1, Math.floor(FLOATS_WORTH_CUTTING / channels)))
  return { shape: x.shape, rows, channels, length, chunks: Math.ceil(rows / length) }
}

/** Rows that are worth handing to another thread. */
const grain = ({ channels }: Rows) => Math.ceil(FLOATS_WORTH_CUTTING / 2 / channels)
const chunkGrain = ({ length, channels }: Rows) =>
  Math.ceil(FLOATS_WORTH_CUTTING / length / channels)
/** Channels whose sums over all chunks are. */
const channelGrain = ({ chunks }: Rows) => Math.ceil(FLOATS_WORTH_CUTTING / 4 / chunks)

function batchNorm(call: KernelCall): TensorInfo[] {
  const { training, relu, eps } = call.attrs
  const x = call.input('x')
  const at = rowsOf(x)
  const { rows, channels, length, chunks } = at
  const given = ['gamma', 'beta', 'mean', 'variance'].filter(name => call.inputs[name])
  for (const name of given) call.expectShape(name, [channels])
  const [gamma, beta] = [call.optional('gamma'), call.optional('beta')]
  const from = call.float(x)
  const output = call.output(at.shape)
  const [mean, variance] = ['mean', 'variance'].map(name =>
    training ? call.output([channels]) : call.alias(call.input(name)),
  ) as [TensorInfo, TensorInfo]
  const [m, v] = [call.float(mean), call.float(variance)]
  const beyond = call.output([channels])
  const rest = call.float(beyond)
  if (!training) fillWith(call, rest, channels, 0)
  else {
    const parts = call.scratch(3 * chunks * channels)
    call.split(
      'batchNormMoments',
      chunks,
      chunkGrain(at),
      from,
      parts,
      rows,
      channels,
      length,
      relu ? 1 : 0,
    )
    const places = [parts, m, rest, v, rows, channels, length]
    call.split('batchNormStatistics', channels, channelGrain(at), ...places)
  }
  const scale = call.output([channels])
  const s = call.float(scale)
  apply(call, at, from, call.float(output), {
    mean: m,
    variance: v,
    gamma,
    beta,
    rest,
    eps,
    relu,
    scale: s,
  })
  return [output, mean, variance, scale, beyond]
}

interface Affine {
  mean: number
  variance: number
  gamma: number
  beta: number
  /** What the mean has beyond its float32 digits. */
  rest: number
  eps: number
  relu: boolean
  /** Where γ / σ goes. */
  scale: number
}

/** out = (x − mean) / σ · γ + β */
function apply(call: KernelCall, at: Rows, x: number, out: number, given: Affine): void {
  const { mean, variance, gamma, beta, rest, eps, relu, scale } = given
  const { rows, channels } = at
  const shift = call.scratch(channels)
  call.wasm.batchNormScale(variance, gamma, beta, rest, eps, scale, shift, channels)
  const args = [x, out, mean, scale, shift, channels, relu ? 1 : 0]
  call.split('batchNormApply', rows, grain(at), ...args)
}

function batchNormGrad(call: KernelCall): TensorInfo[] {
  const { training, relu, eps } = call.attrs
  const at = rowsOf(call.input('x'))
  const { shape, rows, channels, length, chunks } = at
  call.expectShape('dy', shape)
  const saved = ['mean', 'variance', 'scale', 'rest']
  for (const name of saved) call.expectShape(name, [channels])
  const [x, dy] = [call.float(call.input('x')), call.float(call.input('dy'))]
  const [mean, variance, scale, rest] = saved.map(name => call.float(call.input(name))) as [
    number,
    number,
    number,
    number,
  ]
  const outputs = [call.output(shape), call.output([channels]), call.output([channels])]
  const [dx, dgamma, dbeta] = outputs.map(out => call.float(out)) as [number, number, number]
  const parts = call.scratch(2 * chunks * channels)
  const [slope, offset] = [call.scratch(channels), call.scratch(channels)]
  const rectified = relu ? 1 : 0
  const size = [rows, channels, length]
  call.split('batchNormGradSums', chunks, chunkGrain(at), x, dy, mean, parts, ...size, rectified)
  const sums = [parts, variance, scale, rest, eps, training ? 1 : 0, dgamma, dbeta, slope, offset]
  call.split('batchNormGradScale', channels, channelGrain(at), ...sums, ...size)
  const places = [x, dy, dx, mean, scale, slope, offset]
  call.split('batchNormGradInput', rows, grain(at), ...places, channels, rectified)
  return outputs
}

/** tfjs's `batchNorm`, which is inference; with one statistic for each channel. */
function fusedBatchNorm(call: KernelCall): Outputs {
  const [x, mean, variance] = [call.input('x'), call.input('mean'), call.input('variance')]
  const { scale, offset } = call.inputs
  const statistics = [mean, variance, scale, offset].filter(info => info != null)
  const channels = x.shape.at(-1) ?? 0
  const perChannel = statistics.every(
    ({ shape }) => util.sizeFromShape(shape) === channels && shape.length === mean.shape.length,
  )
  if (!allFloat(x, ...statistics) || !perChannel || channels === 0) return call.fallback()
  const at = rowsOf(x)
  const from = call.float(x)
  const out = call.output(x.shape)
  apply(call, at, from, call.float(out), {
    mean: call.float(mean),
    variance: call.float(variance),
    gamma: scale ? call.float(scale) : 0,
    beta: offset ? call.float(offset) : 0,
    rest: 0,
    eps: call.attrs.varianceEpsilon,
    relu: false,
    scale: call.scratch(channels),
  })
  return out
}

export const normKernels: Kernel[] = [
  { name: 'DlBatchNorm', run: batchNorm },
  { name: 'DlBatchNormGrad', run: batchNormGrad },
  { name: 'FusedBatchNorm', run: fusedBatchNorm },
]
