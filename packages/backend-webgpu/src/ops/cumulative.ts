/**
 * Sums and products so far. tfjs builds the length into its program and forgets it in the program's
 * name, so the second length gets the first one's results.
 */
import { type TensorInfo, util } from '@tensorflow/tfjs-core'
import type { Kernel, KernelCall } from '../kernel'
import { launch } from '../program'

const cumulative =
  (operator: '+' | '*') =>
  ({ backend, inputs, attrs }: KernelCall): TensorInfo => {
    const { x } = inputs as { x: TensorInfo }
    const axis = util.parseAxisParam(attrs.axis, x.shape)[0]!
    const { exclusive = false, reverse = false } = attrs
    const out = backend.output(x.shape, x.dtype as 'float32' | 'int32')
    const element = x.dtype === 'float32' ? 'f32' : 'i32'
    const length = x.shape[axis] ?? 1
    const inner = util.sizeFromShape(x.shape.slice(axis + 1))
    launch(backend, {
      key: `cumulative ${operator} ${element} ${exclusive}`,
      buffers: { x, out: { tensor: out, writes: true } },
      sizes: { length, inner, reverse: reverse ? 1 : 0 },
      code: `
        fn main(at: u32) {
          let first = at / sizes.inner * sizes.length * sizes.inner + at % sizes.inner;
          var total = ${element}(${operator === '+' ? 0 : 1});
          for (var i = 0u; i < sizes.length; i++) {
            let place = select(i, sizes.length - 1u - i, sizes.reverse > 0u);
            let e = first + place * sizes.inner;
            ${exclusive ? `out[e] = total; total ${operator}= x[e];` : `total ${operator}= x[e]; out[e] = total;`}
          }
        }
      `,
      count: length === 0 ? 0 : util.sizeFromShape(x.shape) / length,
    })
    return out
  }

export const cumulativeKernels: Kernel[] = [
  { name: 'Cumsum', run: cumulative('+') },
  { name: 'Cumprod', run: cumulative('*') },
]
