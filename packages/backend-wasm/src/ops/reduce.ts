/** Sum, mean, maximum over any axes, and softmax. */
import { DlError, showShape } from '@dl/core'
import { backend_util, type TensorInfo, util } from '@tensorflow/tfjs-core'
import { allFloat, type Kernel, type KernelCall, type Outputs } from '../kernel'

/** Adjacent dimensions that are all reduced or all kept. */
interface Run {
  size: number
  reduced: boolean
}

function runsOf(shape: number[], axes: number[]): Run[] {
  const runs: Run[] = []
  shape.forEach((size, i) => {
    if (size === 1) return
    const reduced = axes.includes(i)
    const last = runs.at(-1)
    if (last?.reduced === reduced) last.size *= size
    else runs.push({ size, reduced })
  })
  return runs
}

/** Reduces the last reduced run of x[…] first, then the one before, until none is left. */
function reduce(call: KernelCall, op: 'sum' | 'max', mean = false): Outputs {
  const x = call.input('x')
  if (!allFloat(x)) return call.fallback()
  const axes = util.parseAxisParam(call.attrs.axis ?? call.attrs.reductionIndices, x.shape)
  if (new Set(axes).size < axes.length) {
    throw new DlError('bad-option', {
      problem: `${call.name} got axes ${showShape(axes)}`,
      expected: 'each axis once',
    })
  }
  const [kept, reducedShape] = backend_util.computeOutAndReduceShapes(x.shape, axes)
  const shape = call.attrs.keepDims ? backend_util.expandShapeToKeepDim(kept, axes) : kept
  // the mean of nothing is 0, as in tfjs
  const divisor = mean ? Math.max(1, util.sizeFromShape(reducedShape)) : 1
  const runs = runsOf(x.shape, axes)
  let from = call.float(x)
  const out = call.output(shape)
  const product = (some: Run[]) => some.reduce((size, run) => size * run.size, 1)
  for (;;) {
    const at = runs.findLastIndex(run => run.reduced)
    const last = runs.findIndex(run => run.reduced) === at
    const outer = product(runs.slice(0, Math.max(at, 0)))
    const inner = product(runs.slice(at + 1))
    const n = at < 0 ? 1 : runs[at]!.size
    const to = last ? call.float(out) : call.scratch(outer * inner)
    // with nothing left to reduce (axes of size 1) this copies
    if (op === 'sum') call.wasm.sum(from, to, outer, n, inner, last ? divisor : 1)
    else call.wasm.max(from, to, outer, n, inner)
    if (last) return out
    runs.splice(at, 1)
    from = to
  }
}

function softmax(call: KernelCall): Outputs {
  const logits = call.inputs.logits as TensorInfo
  const { dim } = call.attrs
  const last = logits.shape.length - 1
  if (!allFloat(logits) || (dim !== -1 && dim !== last)) return call.fallback()
  const from = call.float(logits)
  const out = call.output(logits.shape)
  const n = logits.shape[last]!
  const rows = n === 0 ? 0 : util.sizeFromShape(logits.shape) / n
  call.wasm.softmax(from, call.float(out), rows, n)
  return out
}

export const reduceKernels: Kernel[] = [
  { name: 'Sum', run: call => reduce(call, 'sum') },
  { name: 'Mean', run: call => reduce(call, 'sum', true) },
  { name: 'Max', run: call => reduce(call, 'max') },
  { name: 'Softmax', run: softmax },
]
