/**
 * Functions with all their digits, of which NaN stays NaN: compilers may take it that there is none,
 * and make 0 of the sigmoid of it. tfjs's programs add 1 and take the logarithm, or take 1 off an
 * exponential, and the logarithm of 0 is what a device makes of it. And a cast that casts: tfjs
 * calls the same integers floats, which programs that were compiled for floats cannot read.
 */
import type { TensorInfo } from '@tensorflow/tfjs-core'
import type { TrainingWebGPU } from '../backend'
import type { Kernel, KernelCall, Repair } from '../kernel'
import { launch, sizeOf } from '../program'
import { ACTIVATIONS, EXPM1, IS_NAN, LOG1P, POWER } from '../wgsl'

const elementwise =
  (name: string, functions: string, value: string) =>
  ({ backend, inputs }: KernelCall): TensorInfo => {
    const { x } = inputs as { x: TensorInfo }
    const out = backend.output(x.shape)
    launch(backend, {
      key: `elementwise ${name}`,
      buffers: { x, out: { tensor: out, writes: true } },
      rates: { infinity: Infinity, nan: Number.NaN },
      code: `
        ${IS_NAN}
        ${functions}
        fn main(at: u32) {
          let x = x[at];
          if (isnan(x)) { out[at] = x; } else { out[at] = ${value}; }
        }
      `,
      count: sizeOf(out),
    })
    return out
  }

const LOG = `
  fn logarithm(x: f32) -> f32 {
    if (x == 0.) { return -sizes.infinity; }
    if (x < 0.) { return sizes.nan; }
    return select(log(x), x, x == sizes.infinity);
  }
`

const ATANH = `
  fn artanh(x: f32) -> f32 {
    if (abs(x) > 1.) { return sizes.nan; }
    return select(atanh(clamp(x, -0.99999994, 0.99999994)), sign(x) * sizes.infinity, abs(x) == 1.);
  }
`

export const elementwiseKernels: Kernel[] = [
  { name: 'Log', run: elementwise('log', LOG, 'logarithm(x)') },
  {
    name: 'Log1p',
    run: elementwise('log1p', LOG + LOG1P, 'select(log1p(x), logarithm(1. + x), abs(x) >= 0.25)'),
  },
  { name: 'Expm1', run: elementwise('expm1', EXPM1, 'expm1(x)') },
  {
    name: 'Softplus',
    run: elementwise('softplus', LOG1P + POWER, 'max(x, 0.) + log1p(power(-abs(x)))'),
  },
]

/** The scale and the slope that keep mean and variance. <https://arxiv.org/abs/1706.02515> */
const SELU = { scale: 1.0507009873554805, alpha: 1.6732632423543772 }
const elu = (alpha: number) => `select(${alpha} * expm1(min(x, 0.)), x, x >= 0.)`

/** In the place of tfjs's for floats; whole numbers are never NaN. */
const ofFloats: Record<string, Kernel['run']> = {
  Acosh: elementwise('acosh', '', 'select(acosh(max(x, 1.)), sizes.nan, x < 1.)'),
  Asinh: elementwise('asinh', '', 'asinh(x)'),
  Atanh: elementwise('atanh', ATANH, 'artanh(x)'),
  Cosh: elementwise('cosh', '', '0.5 * (exp(x) + exp(-x))'),
  Elu: elementwise('elu', EXPM1, elu(1)),
  Relu6: elementwise('relu6', '', 'clamp(x, 0., 6.)'),
  Selu: elementwise('selu', EXPM1, `${SELU.scale} * ${elu(SELU.alpha)}`),
  Sigmoid: elementwise('sigmoid', ACTIVATIONS, 'sigmoid(x)'),
  Sinh: elementwise('sinh', '', '0.5 * (exp(x) - exp(-x))'),
}

export const elementwiseRepairs = Object.entries(ofFloats).map(([name, run]): [string, Repair] => [
  name,
  original => call => {
    if ((call.inputs.x as TensorInfo).dtype !== 'float32') return original(call)
    return run(call as unknown as KernelCall)
  },
])

export const cast: Repair = original => call => {
  const backend = call.backend as TrainingWebGPU
  const x = call.inputs.x as TensorInfo
  const { dtype } = call.attrs as unknown as { dtype: string }
  if (dtype !== 'float32' || !['int32', 'bool'].includes(x.dtype)) return original(call)
  const { values } = backend.tensorMap.get(x.dataId)
  if (values) {
    const floats = Float32Array.from(values as Int32Array)
    return backend.makeTensorInfo(x.shape, 'float32', floats)
  }
  const out = backend.output(x.shape)
  launch(backend, {
    key: 'cast',
    buffers: { x, out: { tensor: out, writes: true } },
    code: 'fn main(at: u32) { out[at] = f32(x[at]); }',
    count: sizeOf(out),
  })
  return out
}
