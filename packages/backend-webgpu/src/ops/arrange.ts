/**
 * Copies in another order: transpositions and tilings of any rank and dtype. tfjs's program
 * transposes floats only and its tiling of five dimensions waits for the values.
 */
import type { TensorInfo } from '@tensorflow/tfjs-core'
import { util } from '@tensorflow/tfjs-core'
import type { TrainingWebGPU } from '../backend'
import type { Repair } from '../kernel'
import { launch, sizeOf } from '../program'

/** For each dimension of the output its size, and how its coordinate finds the element. */
interface Walk {
  shape: number[]
  /** The coordinate is taken modulo this (default: as it is). */
  wraps: number[]
  strides: number[]
}

function arranged(backend: TrainingWebGPU, x: TensorInfo, { shape, wraps, strides }: Walk) {
  const out = backend.makeTensorInfo(shape, x.dtype)
  const dimensions = shape.map((_, d) => d)
  const sizes = dimensions.flatMap((d): [string, number][] => [
    [`size${d}`, shape[d]!],
    [`wrap${d}`, wraps[d]!],
    [`stride${d}`, strides[d]!],
  ])
  launch(backend, {
    key: `arrange ${shape.length}`,
    // bits, whatever they mean
    buffers: {
      x: { tensor: x, type: 'u32' },
      out: { tensor: out, type: 'u32', writes: true },
    },
    sizes: Object.fromEntries(sizes),
    code: `
      fn main(at: u32) {
        var rest = at;
        var origin = 0u;
        ${dimensions
          .toReversed()
          .map(
            d => `origin += (rest % sizes.size${d}) % sizes.wrap${d} * sizes.stride${d};
            rest /= sizes.size${d};`,
          )
          .join('\n')}
        out[at] = x[origin];
      }
    `,
    count: sizeOf(out),
  })
  return out
}

const stridesOf = (shape: number[]): number[] =>
  shape.map((_, d) => util.sizeFromShape(shape.slice(d + 1)))

/** Small tensors that are on the host stay there, as do those tfjs has a fast program for. */
const leave = (backend: TrainingWebGPU, x: TensorInfo): boolean =>
  ['string', 'complex64'].includes(x.dtype) || sizeOf(x) === 0 || backend.shouldExecuteOnCPU([x])

export const transpose: Repair = original => call => {
  const backend = call.backend as TrainingWebGPU
  const x = call.inputs.x as TensorInfo
  const perm = (call.attrs as unknown as { perm: number[] }).perm
  const shared = x.shape.length === 2 && x.dtype === 'float32'
  if (shared || leave(backend, x)) return original(call)
  const strides = stridesOf(x.shape)
  const shape = perm.map(axis => x.shape[axis]!)
  return arranged(backend, x, { shape, wraps: shape, strides: perm.map(axis => strides[axis]!) })
}

export const tile: Repair = original => call => {
  const backend = call.backend as TrainingWebGPU
  const x = call.inputs.x as TensorInfo
  if (leave(backend, x)) return original(call)
  const { reps } = call.attrs as unknown as { reps: number[] }
  const shape = x.shape.map((size, axis) => size * reps[axis]!)
  if (shape.includes(0)) return backend.output(shape)
  return arranged(backend, x, { shape, wraps: x.shape, strides: stridesOf(x.shape) })
}
