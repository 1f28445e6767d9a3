/** Softmax over the last axis. A row with a NaN, or whose largest value is infinite, is NaN. */
import type { TensorInfo } from '@tensorflow/tfjs-core'
import type { Kernel, KernelCall } from '../kernel'
import { launch, sizeOf } from '../program'
import { groupSum, IS_FINITE, IS_NAN, POWER, rowMaximum } from '../wgsl'

/** Threads of a row. */
const ROW = 64

const CODE = `
  ${IS_NAN}
  ${IS_FINITE}
  ${POWER}
  ${groupSum(ROW)}
  ${rowMaximum(ROW)}
  fn main(row: u32, lane: u32) {
    let first = row * sizes.classes;
    let top = rowMaximum(lane, first, sizes.classes);
    var total = 0.;
    for (var c = lane; c < sizes.classes; c += ${ROW}u) { total += power(logits[first + c] - top); }
    total = groupSum(lane, total);
    for (var c = lane; c < sizes.classes; c += ${ROW}u) {
      out[first + c] = select(power(logits[first + c] - top) / total, sizes.nan, isnan(top));
    }
  }
`

function softmax({ backend, inputs }: KernelCall): TensorInfo {
  const { logits } = inputs as { logits: TensorInfo }
  const classes = logits.shape.at(-1)!
  const out = backend.output(logits.shape)
  launch(backend, {
    key: 'softmax',
    buffers: { logits, out: { tensor: out, writes: true } },
    sizes: { classes },
    rates: { infinity: Number.POSITIVE_INFINITY, nan: Number.NaN },
    code: CODE,
    count: classes === 0 ? 0 : sizeOf(out) / classes,
    lanes: ROW,
  })
  return out
}

export const softmaxKernels: Kernel[] = [{ name: 'Softmax', run: softmax }]
