/** Sum, mean, maximum over any axes, and softmax. */
import { DlError, showShape } from '@dl/core'
import { backend_util, util } from '@tensorflow/tfjs-core'
import {
  allFloat,
  FLOATS_WORTH_CUTTING,
  type Kernel,
  type KernelCall,
  type Outputs,
} from '../kernel'

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
    reduceOver(call, op, from, to, outer, n, inner, last ? divisor : 1)
    if (last) return out
    runs.splice(at, 1)
    from = to
  }
}

/** Rows of a column, or elements of a row, that are always reduced by one thread. */
const [LONG_COLUMN, LONG_ROW] = [2048, 16384]

/** out[outer, inner] = the sum over n of x[outer, n, inner], divided by `divisor`, or the largest. */
export function reduceOver(
  call: KernelCall,
  op: 'sum' | 'max',
  x: number,
  out: number,
  outer: number,
  n: number,
  inner: number,
  divisor = 1,
): void {
  const length = inner === 1 ? LONG_ROW : LONG_COLUMN
  const stretches = Math.max(1, Math.ceil(n / length))
  // where there are too few sums to share, each is shared by columns
  const width = outer * stretches >= call.backend.pool.threads ? Math.max(1, inner) : 64
  const count = outer * stretches * Math.ceil(inner / width)
  const grain = Math.ceil(FLOATS_WORTH_CUTTING / Math.max(1, Math.min(n, length) * width))
  const to = stretches === 1 ? out : call.scratch(outer * stretches * inner)
  const by = stretches === 1 ? divisor : 1
  call.split('reduce', count, grain, op === 'sum' ? 0 : 1, x, to, n, inner, length, width, by)
  if (stretches > 1) reduceOver(call, op, to, out, outer, stretches, inner, divisor)
}

function argMax(call: KernelCall): Outputs {
  const x = call.input('x')
  const axes = util.parseAxisParam(call.attrs.axis, x.shape)
  const n = x.shape[axes[0]!]
  if (!allFloat(x) || axes.length !== 1 || !n) return call.fallback()
  const inner = util.sizeFromShape(x.shape.slice(axes[0]! + 1))
  const from = call.float(x)
  const out = call.output(x.shape.toSpliced(axes[0]!, 1), 'int32')
  const count = util.sizeFromShape(out.shape)
  call.split(
    'argMax',
    count,
    Math.ceil(FLOATS_WORTH_CUTTING / 4 / n),
    from,
    call.own(out),
    n,
    inner,
  )
  return out
}

function softmax(call: KernelCall): Outputs {
  const logits = call.input('logits')
  const { dim } = call.attrs
  const last = logits.shape.length - 1
  if (!allFloat(logits) || (dim !== -1 && dim !== last)) return call.fallback()
  const from = call.float(logits)
  const out = call.output(logits.shape)
  const n = logits.shape[last]!
  const rows = n === 0 ? 0 : util.sizeFromShape(logits.shape) / n
  call.split(
    'softmax',
    rows,
    Math.ceil(FLOATS_WORTH_CUTTING / 4 / Math.max(1, n)),
    from,
    call.float(out),
    n,
  )
  return out
}

export const reduceKernels: Kernel[] = [
  { name: 'Sum', run: call => reduce(call, 'sum') },
  { name: 'Mean', run: call => reduce(call, 'sum', true) },
  { name: 'Max', run: call => reduce(call, 'max') },
  { name: 'ArgMax', run: argMax },
  { name: 'Softmax', run: softmax },
]
