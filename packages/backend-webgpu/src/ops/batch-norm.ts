/**
 * Batch norm (contract: @dl/core's `batchNorm`, `batchNormInference`) in three launches each way:
 * sums over chunks of rows, one group for each channel that joins the chunks, one pass over all.
 */
import type { TensorInfo } from '@tensorflow/tfjs-core'
import { expectShapes, type Kernel, type KernelCall } from '../kernel'
import { type Bound, launch, sizeOf } from '../program'
import { groupSum } from '../wgsl'

/** Rows of a chunk, which one thread walks. */
const LENGTH = 64
/** Threads that join the chunks of a channel. */
const JOIN = 64

const written = (tensor: TensorInfo): Bound => ({ tensor, writes: true })

/** Thread (chunk, channel) walks the rows of its chunk. */
const walk = (body: string): string => `
    for (var i = 0u; i < rows; i++) {
      let e = (first + i) * sizes.channels + channel;
      ${body}
    }
`
const CHUNK = `
    let channel = at % sizes.channels;
    let chunk = at / sizes.channels;
    let first = chunk * ${LENGTH}u;
    let rows = min(${LENGTH}u, sizes.rows - first);
`

const value = (relu: boolean, name = 'x[e]') => (relu ? `max(${name}, 0.)` : name)

/** The mean of a chunk and its squared deviations, from what is left without the mean. */
const moments = (relu: boolean): string => `
  fn main(at: u32) {
    ${CHUNK}
    var mean = 0.;
    ${walk(`mean += ${value(relu)};`)}
    mean /= f32(rows);
    var missing = 0.;
    var squares = 0.;
    ${walk(`
      let d = ${value(relu)} - mean;
      missing += d;
      squares += d * d;`)}
    missing /= f32(rows);
    parts[at] = mean + missing;
    parts[sizes.count + at] = missing - ((mean + missing) - mean);
    parts[2u * sizes.count + at] = squares - f32(rows) * missing * missing;
  }
`

/**
 * Joins chunks (Chan, Golub, LeVeque). Means are summed as differences to the first chunk's, of
 * which the digits are not lost in a large mean; `rest` is what the mean has beyond its digits.
 */
const JOIN_MOMENTS = `
  ${groupSum(JOIN)}
  fn rowsOf(chunk: u32) -> f32 { return f32(min(${LENGTH}u, sizes.rows - chunk * ${LENGTH}u)); }
  fn main(channel: u32, lane: u32) {
    let all = sizes.chunks * sizes.channels;
    let base = parts[channel];
    var shift = 0.;
    for (var chunk = lane; chunk < sizes.chunks; chunk += ${JOIN}u) {
      let e = chunk * sizes.channels + channel;
      shift += rowsOf(chunk) * ((parts[e] - base) + parts[all + e]);
    }
    shift = groupSum(lane, shift) / f32(sizes.rows);
    var squares = 0.;
    for (var chunk = lane; chunk < sizes.chunks; chunk += ${JOIN}u) {
      let e = chunk * sizes.channels + channel;
      let d = (parts[e] - base) + parts[all + e] - shift;
      squares += parts[2u * all + e] + rowsOf(chunk) * d * d;
    }
    squares = groupSum(lane, squares);
    if (lane > 0u) { return; }
    let whole = base + shift;
    mean[channel] = whole;
    rest[channel] = shift - (whole - base);
    variance[channel] = squares / f32(sizes.rows);
  }
`

/** The first rows' threads also write what the gradient needs. */
const apply = (relu: boolean, gamma: boolean, beta: boolean): string => `
  fn main(at: u32) {
    let channel = at % sizes.channels;
    let factor = ${gamma ? 'gamma[channel] / ' : '1. / '}sqrt(variance[channel] + sizes.eps);
    let centred = (${value(relu, 'x[at]')} - mean[channel]) - rest[channel];
    out[at] = centred * factor${beta ? ' + beta[channel]' : ''};
    if (at < sizes.channels) { scale[channel] = factor; }
  }
`

interface Rows {
  rows: number
  channels: number
  chunks: number
}

function rowsOf(x: TensorInfo): Rows {
  const channels = x.shape.at(-1)!
  const rows = sizeOf(x) / channels
  return { rows, channels, chunks: Math.ceil(rows / LENGTH) }
}

function batchNorm({ backend, inputs, attrs }: KernelCall): TensorInfo[] {
  const { training, relu, eps } = attrs
  const x = inputs.x!
  const { rows, channels, chunks } = rowsOf(x)
  const perChannel = ['gamma', 'beta', 'mean', 'variance'].map(name => [name, [channels]])
  expectShapes('DlBatchNorm', inputs, { x: x.shape, ...Object.fromEntries(perChannel) })
  const [gamma, beta] = [inputs.gamma !== undefined, inputs.beta !== undefined]
  const out = backend.output(x.shape)
  const scale = backend.output([channels])
  const make = () => backend.output([channels])
  const given = (name: string) => {
    backend.incRef(inputs[name]!.dataId)
    return { ...inputs[name]! }
  }
  const zeros = () => backend.makeTensorInfo([channels], 'float32', new Float32Array(channels))
  const mean = training ? make() : given('mean')
  const variance = training ? make() : given('variance')
  const rest = training ? make() : zeros()
  if (training) {
    const parts = backend.output([3, chunks, channels])
    launch(backend, {
      key: `batchNormMoments ${relu}`,
      buffers: { x, parts: written(parts) },
      sizes: { rows, channels },
      code: moments(relu),
      count: chunks * channels,
    })
    launch(backend, {
      key: 'batchNormJoin',
      buffers: {
        ...{ parts, mean: written(mean), rest: written(rest), variance: written(variance) },
      },
      sizes: { rows, channels, chunks },
      code: JOIN_MOMENTS,
      count: channels,
      lanes: JOIN,
    })
    backend.disposeData(parts.dataId)
  }
  launch(backend, {
    key: `batchNormApply ${relu} ${gamma} ${beta}`,
    buffers: {
      ...{ x, mean, variance, rest },
      ...(gamma && { gamma: inputs.gamma! }),
      ...(beta && { beta: inputs.beta! }),
      ...{ out: written(out), scale: written(scale) },
    },
    sizes: { channels },
    rates: { eps },
    code: apply(relu, gamma, beta),
    count: sizeOf(x),
  })
  return [out, mean, variance, scale, rest]
}

const GRAD_SUMS = (relu: boolean): string => `
  fn main(at: u32) {
    ${CHUNK}
    var flow = 0.;
    var along = 0.;
    ${walk(`
      flow += dy[e];
      along += dy[e] * ((${value(relu)} - mean[channel]) - rest[channel]);`)}
    parts[at] = flow;
    parts[sizes.count + at] = along;
  }
`

/** The parameters' gradients, and the line of what dy does to x by way of mean and variance. */
const GRAD_JOIN = `
  ${groupSum(JOIN)}
  fn main(channel: u32, lane: u32) {
    let all = sizes.chunks * sizes.channels;
    var flow = 0.;
    var along = 0.;
    for (var chunk = lane; chunk < sizes.chunks; chunk += ${JOIN}u) {
      let e = chunk * sizes.channels + channel;
      flow += parts[e];
      along += parts[all + e];
    }
    flow = groupSum(lane, flow);
    along = groupSum(lane, along);
    if (lane > 0u) { return; }
    let spread = variance[channel] + sizes.eps;
    dbeta[channel] = flow;
    dgamma[channel] = along / sqrt(spread);
    line[channel] = -sizes.training * along / spread / f32(sizes.rows);
    line[sizes.channels + channel] = -sizes.training * flow / f32(sizes.rows);
  }
`

const GRAD_APPLY = (relu: boolean): string => `
  fn main(at: u32) {
    let channel = at % sizes.channels;
    let centred = (${value(relu, 'x[at]')} - mean[channel]) - rest[channel];
    let d = (dy[at] + centred * line[channel] + line[sizes.channels + channel]) * scale[channel];
    dx[at] = ${relu ? 'select(0., d, x[at] > 0.)' : 'd'};
  }
`

function batchNormGrad({ backend, inputs, attrs }: KernelCall): TensorInfo[] {
  const { training, relu, eps } = attrs
  const { x, dy, mean, variance, scale, rest } = inputs as Record<string, TensorInfo>
  const { rows, channels, chunks } = rowsOf(x!)
  const saved = ['mean', 'variance', 'scale', 'rest'].map(name => [name, [channels]])
  const shapes = { x: x!.shape, dy: x!.shape, ...Object.fromEntries(saved) }
  expectShapes('DlBatchNormGrad', inputs, shapes)
  const dx = backend.output(x!.shape)
  if (rows === 0) {
    const zeros = () => backend.makeTensorInfo([channels], 'float32', new Float32Array(channels))
    return [dx, zeros(), zeros()]
  }
  const [dgamma, dbeta] = [backend.output([channels]), backend.output([channels])]
  const parts = backend.output([2, chunks, channels])
  const line = backend.output([2, channels])
  launch(backend, {
    key: `batchNormGradSums ${relu}`,
    buffers: { x: x!, dy: dy!, mean: mean!, rest: rest!, parts: written(parts) },
    sizes: { rows, channels },
    code: GRAD_SUMS(relu),
    count: chunks * channels,
  })
  launch(backend, {
    key: 'batchNormGradJoin',
    buffers: {
      ...{ parts, variance: variance!, dgamma: written(dgamma), dbeta: written(dbeta) },
      line: written(line),
    },
    sizes: { rows, channels, chunks },
    rates: { eps, training: training ? 1 : 0 },
    code: GRAD_JOIN,
    count: channels,
    lanes: JOIN,
  })
  launch(backend, {
    key: `batchNormGradApply ${relu}`,
    buffers: {
      ...{ x: x!, dy: dy!, mean: mean!, rest: rest!, scale: scale!, line, dx: written(dx) },
    },
    sizes: { channels },
    code: GRAD_APPLY(relu),
    count: sizeOf(x!),
  })
  for (const { dataId } of [parts, line]) backend.disposeData(dataId)
  return [dx, dgamma, dbeta]
}

export const batchNormKernels: Kernel[] = [
  { name: 'DlBatchNorm', run: batchNorm },
  { name: 'DlBatchNormGrad', run: batchNormGrad },
]
