/**
 * Functions with all their digits. tfjs's programs add 1 and take the logarithm, or take 1 off an
 * exponential, and the logarithm of 0 is what a device makes of it. And a cast that casts: tfjs
 * calls the same integers floats, which programs that were compiled for floats cannot read.
 */
import type { TensorInfo } from '@tensorflow/tfjs-core'
import type { TrainingWebGPU } from '../backend'
import type { Kernel, KernelCall, Repair } from '../kernel'
import { launch, sizeOf } from '../program'
import { EXPM1, IS_NAN, LOG1P, POWER } from '../wgsl'

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
