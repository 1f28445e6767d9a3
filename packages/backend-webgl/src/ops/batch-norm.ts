/**
 * Batch normalisation. A sum over all rows is cut into parts, for a program that sums everything up
 * in one place leaves the card idle.
 */
import type { MathBackendWebGL } from '@tensorflow/tfjs-backend-webgl'
import { type KernelFunc, type TensorInfo, util } from '@tensorflow/tfjs-core'
import { launch } from '../gpu/launch'

type Inputs = Record<string, TensorInfo>

interface Attrs {
  eps: number
  training: boolean
  relu: boolean
}

/** How rows are shared out. */
function cut(x: TensorInfo) {
  const channels = x.shape.at(-1)!
  const rows = util.sizeFromShape(x.shape) / channels
  const parts = Math.min(128, Math.max(1, Math.ceil(rows / 32)))
  return { channels, rows, parts, each: Math.ceil(rows / parts) }
}

const reading = (relu: boolean): string => `
  float value(int row, int channel) {
    float v = x(row, channel);
    return ${relu ? 'v < 0. ? 0. : v' : 'v'};
  }
`

/** Over the rows of part `at / channels`. */
const overRows = (body: string): string => `
  int part = at / channels, channel = at - part * channels;
  for (int row = part * each; row < min(rows, part * each + each); row++) { ${body} }
`

const forward: KernelFunc = call => {
  const backend = call.backend as MathBackendWebGL
  const { x, gamma, beta, ...given } = call.inputs as Inputs
  const { eps, training, relu } = call.attrs as unknown as Attrs
  const { channels, rows, parts, each } = cut(x!)
  const value = reading(relu)
  const shape = [channels]
  const outputs = {
    mean: { shape },
    variance: { shape },
    scale: { shape },
    rest: { shape },
  }
  const optional: Inputs = gamma ? { gamma } : {}
  const scaleOf = `scale = ${gamma ? 'gamma(channel) / ' : '1. / '}sqrt(variance + eps);`
  let statistics: TensorInfo[]
  if (training) {
    const ints = { channels, rows, parts, each }
    const rough = `
      float rough(int channel) {
        float total = 0.;
        for (int part = 0; part < parts; part++) total += sums(part, channel);
        return total / float(rows);
      }
    `
    const [sums] = launch(
      backend,
      { sum: { shape: [parts, channels] } },
      {
        code: `${value} void compute(int at) { sum = 0.; ${overRows('sum += value(row, channel);')} }`,
        inputs: { x: x! },
        ints: { channels, rows, each },
      },
    )
    // once more without the mean, as a mean of 1000 has no digits for what lies behind the fourth place
    const [missing, squares] = launch(
      backend,
      { missing: { shape: [parts, channels] }, squares: { shape: [parts, channels] } },
      {
        code: `
          ${value}
          ${rough}
          void compute(int at) {
            float one = 0., two = 0., mean = rough(at % channels);
            ${overRows('float d = value(row, channel) - mean; one += d; two += d * d;')}
            missing = one;
            squares = two;
          }
        `,
        inputs: { x: x!, sums: sums! },
        ints,
      },
    )
    statistics = launch(backend, outputs, {
      code: `
        ${rough}
        void compute(int channel) {
          float one = 0., two = 0., nearly = rough(channel);
          for (int part = 0; part < parts; part++) {
            one += missing(part, channel);
            two += squares(part, channel);
          }
          one /= float(rows);
          mean = nearly + one;
          rest = one - (mean - nearly);
          variance = max(0., two / float(rows) - one * one);
          // of NaN the maximum may be 0
          if (isnan(two)) variance = two;
          ${scaleOf}
        }
      `,
      inputs: { sums: sums!, missing: missing!, squares: squares!, ...optional },
      ints: { rows, parts },
      floats: { eps },
    })
    for (const info of [sums!, missing!, squares!]) backend.disposeIntermediateTensorInfo(info)
  } else {
    statistics = launch(backend, outputs, {
      code: `
        void compute(int channel) {
          mean = givenMean(channel);
          variance = givenVariance(channel);
          rest = 0.;
          ${scaleOf}
        }
      `,
      inputs: { givenMean: given.mean!, givenVariance: given.variance!, ...optional },
      floats: { eps },
    })
  }
  const [mean, , scale, rest] = statistics as [TensorInfo, TensorInfo, TensorInfo, TensorInfo]
  const [y] = launch(
    backend,
    { y: { shape: x!.shape } },
    {
      code: `
        ${value}
        void compute(int at) {
          int row = at / channels, channel = at - row * channels;
          y = (value(row, channel) - mean(channel) - rest(channel)) * scale(channel)${beta ? ' + beta(channel)' : ''};
        }
      `,
      inputs: { x: x!, mean, scale, rest, ...(beta && { beta }) },
      ints: { channels },
    },
  )
  return [y!, ...statistics]
}

const backward: KernelFunc = call => {
  const backend = call.backend as MathBackendWebGL
  const { x, mean, variance, scale, rest, dy } = call.inputs as Inputs
  const { eps, training, relu } = call.attrs as unknown as Attrs
  const { channels, rows, parts, each } = cut(x!)
  const value = reading(relu)
  const [sums, along] = launch(
    backend,
    { sum: { shape: [parts, channels] }, along: { shape: [parts, channels] } },
    {
      code: `
        ${value}
        void compute(int at) {
          float one = 0., two = 0., centre = mean(at % channels);
          ${overRows('float d = dy(row, channel); one += d; two += d * (value(row, channel) - centre);')}
          sum = one;
          along = two;
        }
      `,
      inputs: { x: x!, mean: mean!, dy: dy! },
      ints: { channels, rows, each },
    },
  )
  const shape = [channels]
  const [dgamma, dbeta] = launch(
    backend,
    { dgamma: { shape }, dbeta: { shape } },
    {
      code: `
        void compute(int channel) {
          float one = 0., two = 0.;
          for (int part = 0; part < parts; part++) {
            one += sums(part, channel);
            two += along(part, channel);
          }
          dbeta = one;
          dgamma = (two - one * rest(channel)) / sqrt(variance(channel) + eps);
        }
      `,
      inputs: { sums: sums!, along: along!, rest: rest!, variance: variance! },
      ints: { parts },
      floats: { eps },
    },
  )
  const indirect = `
    float slope = dgamma(channel) / sqrt(variance(channel) + eps) / float(rows);
    flow -= (value(row, channel) - mean(channel) - rest(channel)) * slope + dbeta(channel) / float(rows);
  `
  const [dx] = launch(
    backend,
    { dx: { shape: x!.shape } },
    {
      code: `
        ${value}
        void compute(int at) {
          int row = at / channels, channel = at - row * channels;
          float flow = dy(row, channel);
          ${training ? indirect : ''}
          dx = flow * scale(channel);
          ${relu ? 'float v = x(row, channel); dx *= v > 0. ? 1. : v <= 0. ? 0. : v;' : ''}
        }
      `,
      inputs: {
        ...{ x: x!, dy: dy!, scale: scale! },
        ...(training && {
          ...{ mean: mean!, variance: variance!, rest: rest!, dgamma: dgamma!, dbeta: dbeta! },
        }),
      },
      ints: { channels, ...(training && { rows }) },
      floats: training ? { eps } : {},
    },
  )
  for (const info of [sums!, along!]) backend.disposeIntermediateTensorInfo(info)
  return [dx!, dgamma!, dbeta!]
}

export const batchNorm: Record<string, KernelFunc> = {
  DlBatchNorm: forward,
  DlBatchNormGrad: backward,
}
