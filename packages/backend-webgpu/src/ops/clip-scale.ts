/** Clipping by the joint norm (contract: @dl/core's `clipScale`): a launch for each gradient, and one. */
import type { TensorInfo } from '@tensorflow/tfjs-core'
import type { Kernel, KernelCall } from '../kernel'
import { launch, sizeOf } from '../program'
import { groupSum, IS_NAN } from '../wgsl'

const LANES = 256
/** Groups for a gradient at most, and elements that are worth one. */
const [MOST, WORTH] = [64, 4096]

const SQUARES = `
  ${groupSum(LANES)}
  fn main(group: u32, lane: u32) {
    var total = 0.;
    for (var e = group * ${LANES}u + lane; e < sizes.length; e += sizes.count * ${LANES}u) {
      total += x[e] * x[e];
    }
    total = groupSum(lane, total);
    if (lane == 0u) { parts[sizes.first + group] = total; }
  }
`

const SCALE = `
  ${IS_NAN}
  ${groupSum(LANES)}
  fn main(group: u32, lane: u32) {
    var total = 0.;
    for (var e = lane; e < sizes.length; e += ${LANES}u) { total += parts[e]; }
    total = groupSum(lane, total);
    if (lane > 0u) { return; }
    if (isnan(total)) { out[0] = total; }
    else { out[0] = min(1., sizes.maxNorm / (sqrt(total) + 1e-6)); }
  }
`

function clipScale({ backend, inputs, attrs }: KernelCall): TensorInfo {
  const grads = Object.values(inputs).filter(grad => sizeOf(grad) > 0)
  const counts = grads.map(grad => Math.min(MOST, Math.ceil(sizeOf(grad) / WORTH)))
  const length = counts.reduce((sum, count) => sum + count, 0)
  if (length === 0) return backend.makeTensorInfo([], 'float32', Float32Array.of(1))
  const [parts, out] = [backend.output([length]), backend.output([])]
  grads.forEach((x, i) => {
    launch(backend, {
      key: 'clipSquares',
      buffers: { x, parts: { tensor: parts, writes: true } },
      sizes: { length: sizeOf(x), first: counts.slice(0, i).reduce((sum, n) => sum + n, 0) },
      code: SQUARES,
      count: counts[i]!,
      lanes: LANES,
    })
  })
  launch(backend, {
    key: 'clipScale',
    buffers: { parts, out: { tensor: out, writes: true } },
    sizes: { length },
    rates: { maxNorm: attrs.maxNorm },
    code: SCALE,
    count: 1,
    lanes: LANES,
  })
  backend.disposeData(parts.dataId)
  return out
}

export const clipKernels: Kernel[] = [{ name: 'DlClipScale', run: clipScale }]
