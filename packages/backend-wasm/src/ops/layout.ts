/** Kernels that only move elements: each is one or a few strided copies. */
import { DlError, showShape } from '@dl/core'
import { backend_util, slice_util, type TensorInfo, util } from '@tensorflow/tfjs-core'
import {
  allFloat,
  allWords,
  FLOATS_WORTH_CUTTING,
  type Kernel,
  type KernelCall,
  type Outputs,
} from '../kernel'
import { collapse, stridesOf } from '../strides'
import { fillWith } from './elementwise'

/** Copies `shape` elements between two places with the given strides; false if that needs over four loops. */
export function copy(
  call: KernelCall,
  shape: number[],
  from: { pointer: number; strides: number[] },
  to: { pointer: number; strides: number[] },
): boolean {
  const loop = collapse(shape, [from.strides, to.strides])
  if (loop === null) return false
  const [source, target] = loop.strides as [number[], number[]]
  // the innermost dimension, if padded, has size 1: any stride is right, 1 is fast
  if (loop.sizes[3] === 1) source[3] = target[3] = 1
  const [d0, d1, d2, d3] = loop.sizes as [number, number, number, number]
  const args = [from.pointer, to.pointer, d1, d2, d3, ...source, ...target]
  call.split('copy', d0 * d1 * d2, Math.ceil(FLOATS_WORTH_CUTTING / Math.max(1, d3)), ...args)
  return true
}

const offset = (at: number[], strides: number[]): number =>
  at.reduce((sum, i, dim) => sum + i * strides[dim]!, 0) * 4

function transpose(call: KernelCall): Outputs {
  const x = call.input('x')
  const perm = call.attrs.perm as number[]
  if (!allWords(x)) return call.fallback()
  const axes = perm.toSorted((a, b) => a - b)
  if (!util.arraysEqual(axes, [...x.shape.keys()])) {
    throw new DlError('bad-option', {
      problem: `Transpose got perm ${showShape(perm)} for a tensor of shape ${showShape(x.shape)}`,
      expected: `each of its ${x.shape.length} dimensions once`,
    })
  }
  const shape = perm.map(axis => x.shape[axis]!)
  const own = stridesOf(x.shape)
  const strides = perm.map(axis => own[axis]!)
  if (collapse(shape, [strides, stridesOf(shape)]) === null) return call.fallback()
  const pointer = call.own(x)
  const out = call.output(shape, x.dtype)
  copy(call, shape, { pointer, strides }, { pointer: call.own(out), strides: stridesOf(shape) })
  return out
}

/** One rectangular part of x, or null if that needs more than four loops. */
function part(call: KernelCall, x: TensorInfo, begin: number[], size: number[]): TensorInfo | null {
  const strides = stridesOf(x.shape)
  const to = stridesOf(size)
  if (collapse(size, [strides, to]) === null) return null
  const pointer = call.own(x) + offset(begin, strides)
  const out = call.output(size, x.dtype)
  copy(call, size, { pointer, strides }, { pointer: call.own(out), strides: to })
  return out
}

function slice(call: KernelCall): Outputs {
  const x = call.input('x')
  if (!allWords(x)) return call.fallback()
  const [begin, size] = slice_util.parseSliceParams(x, call.attrs.begin, call.attrs.size) as [
    number[],
    number[],
  ]
  slice_util.assertParamsValid(x, begin, size)
  call.expectSizes('begin', begin)
  return part(call, x, begin, size) ?? call.fallback()
}

/** Parts of x along one axis, of the given sizes. */
function parts(
  call: KernelCall,
  x: TensorInfo,
  axis: number,
  sizes: number[],
): TensorInfo[] | null {
  const begin = x.shape.map(() => 0)
  const outs: TensorInfo[] = []
  for (const size of sizes) {
    const out = part(call, x, begin, x.shape.with(axis, size))
    if (out === null) return null
    outs.push(out)
    begin[axis]! += size
  }
  return outs
}

function split(call: KernelCall): Outputs {
  const x = call.input('x')
  if (!allWords(x)) return call.fallback()
  const axis = util.parseAxisParam(call.attrs.axis, x.shape)[0]!
  const sizes = backend_util.prepareSplitSize(x as never, call.attrs.numOrSizeSplits, axis)
  return parts(call, x, axis, sizes) ?? call.fallback()
}

function unpack(call: KernelCall): Outputs {
  const x = call.input('value')
  if (!allWords(x)) return call.fallback()
  const axis = util.parseAxisParam(call.attrs.axis, x.shape)[0]!
  const outs = parts(call, x, axis, new Array(x.shape[axis]!).fill(1))
  return outs?.map(out => ({ ...out, shape: out.shape.toSpliced(axis, 1) })) ?? call.fallback()
}

/** Puts tensors one after another along an axis of `shape`; each occupies `size` there. */
function join(call: KernelCall, xs: TensorInfo[], axis: number, shape: number[]): TensorInfo {
  const out = call.output(shape, call.input('0').dtype)
  const strides = stridesOf(shape)
  let pointer = call.own(out)
  const inner = strides[axis]!
  const outer = util.sizeFromShape(shape.slice(0, axis))
  const row = shape[axis]! * inner
  for (const x of xs) {
    const width = outer === 0 ? 0 : util.sizeFromShape(x.shape) / outer
    const from = { pointer: call.own(x), strides: [width, 1] }
    copy(call, [outer, width], from, { pointer, strides: [row, 1] })
    pointer += width * 4
  }
  return out
}

function concat(call: KernelCall): Outputs {
  const xs = Object.values(call.inputs)
  if (!allWords(...xs)) return call.fallback()
  const axis = util.parseAxisParam(call.attrs.axis, xs[0]!.shape)[0]!
  const shapes = xs.map(x => x.shape)
  backend_util.assertParamsConsistent(shapes, axis)
  const shape = backend_util.computeOutShape(shapes, axis)
  const full = xs.filter(x => util.sizeFromShape(x.shape) > 0)
  return full.length === 1 ? call.alias(full[0]!) : join(call, full, axis, shape)
}

function packTensors(call: KernelCall): Outputs {
  const xs = Object.values(call.inputs)
  if (!allWords(...xs)) return call.fallback()
  const first = xs[0]!.shape
  if (!xs.every(x => util.arraysEqual(x.shape, first))) return call.fallback()
  const axis = util.parseAxisParam(call.attrs.axis, [1, ...first])[0]!
  return join(call, xs, axis, first.toSpliced(axis, 0, xs.length))
}

function pad(call: KernelCall): Outputs {
  const x = call.input('x')
  const { paddings, constantValue } = call.attrs as {
    paddings: [number, number][]
    constantValue: number
  }
  if (!allFloat(x)) return call.fallback()
  call.expectSizes('paddings', paddings.flat(), 2 * x.shape.length)
  const shape = x.shape.map((size, i) => size + paddings[i]![0] + paddings[i]![1])
  const [from, to] = [stridesOf(x.shape), stridesOf(shape)]
  if (collapse(x.shape, [from, to]) === null) return call.fallback()
  const source = { pointer: call.float(x), strides: from }
  const out = call.output(shape)
  const pointer = call.float(out)
  fillWith(call, pointer, util.sizeFromShape(shape), constantValue)
  const before = paddings.map(([first]) => first)
  copy(call, x.shape, source, { pointer: pointer + offset(before, to), strides: to })
  return out
}

/** Each dimension becomes (repetitions, size), read with stride 0 over the repetitions. */
function tile(call: KernelCall): Outputs {
  const x = call.input('x')
  const reps = call.attrs.reps as number[]
  if (!allWords(x) || reps.length !== x.shape.length) return call.fallback()
  call.expectSizes('reps', reps)
  const own = stridesOf(x.shape)
  const shape = x.shape.map((size, i) => size * reps[i]!)
  const wide = x.shape.flatMap((size, i) => [reps[i]!, size])
  const from = own.flatMap(stride => [0, stride])
  const to = stridesOf(wide)
  if (collapse(wide, [from, to]) === null) return call.fallback()
  const pointer = call.own(x)
  const out = call.output(shape, x.dtype)
  copy(call, wide, { pointer, strides: from }, { pointer: call.own(out), strides: to })
  return out
}

function gather(call: KernelCall): Outputs {
  const [x, indices] = [call.input('x'), call.input('indices')]
  const { axis, batchDims } = call.attrs
  const dim = util.parseAxisParam(axis, x.shape)[0]!
  if (!allWords(x) || indices.dtype !== 'int32' || dim !== 0 || (batchDims ?? 0) !== 0) {
    return call.fallback()
  }
  const table = call.own(x)
  const ids = call.int(indices)
  const rowCount = x.shape[0]!
  const width = util.sizeFromShape(x.shape.slice(1))
  const out = call.output([...indices.shape, ...x.shape.slice(1)], x.dtype)
  const count = util.sizeFromShape(indices.shape)
  const bad = call.wasm.firstBadId(ids, count, rowCount, 0)
  if (bad >= 0) {
    const id = call.backend.linear.ints(ids, count)[bad]
    throw new Error(`GatherV2: the index value ${id} is not in [0, ${rowCount - 1}]`)
  }
  gatherRows(call, table, ids, call.own(out), count, width)
  return out
}

function segmentSum(call: KernelCall): Outputs {
  const [x, segmentIds] = [call.input('x'), call.input('segmentIds')]
  const rowCount = call.attrs.numSegments as number
  if (!allFloat(x) || segmentIds.dtype !== 'int32') return call.fallback()
  if (x.shape[0] !== segmentIds.shape[0] || segmentIds.shape.length !== 1) return call.fallback()
  const from = call.float(x)
  const ids = call.int(segmentIds)
  const rest = x.shape.slice(1)
  const out = call.output([rowCount, ...rest])
  const width = util.sizeFromShape(rest)
  scatterAddRows(call, from, ids, call.float(out), x.shape[0]!, rowCount, width)
  return out
}

/** out[i] = the row ids[i] of a table with rows of `width`; every id is a row. */
export function gatherRows(
  call: KernelCall,
  table: number,
  ids: number,
  out: number,
  count: number,
  width: number,
): void {
  const grain = Math.ceil(FLOATS_WORTH_CUTTING / Math.max(1, width))
  call.split('gatherRows', count, grain, table, ids, out, width)
}

/** out[ids[i]] += x[i], out zeroed first; ids that are no row are left out. */
export function scatterAddRows(
  call: KernelCall,
  x: number,
  ids: number,
  out: number,
  count: number,
  rows: number,
  width: number,
): void {
  const grain = Math.ceil(FLOATS_WORTH_CUTTING / 16 / Math.max(1, count + rows))
  call.split('scatterAddRows', Math.ceil(width / 16), grain, x, ids, out, count, rows, width)
}

/** Every row of out[rows, n] = a + b; b may be 0 (a alone), a too (zeros). */
export function repeatRow(
  call: KernelCall,
  a: number,
  b: number,
  out: number,
  rows: number,
  n: number,
): void {
  call.split('fillRows', rows, Math.ceil(FLOATS_WORTH_CUTTING / Math.max(1, n)), a, b, out, n)
}

export const layoutKernels: Kernel[] = [
  { name: 'Transpose', run: transpose },
  { name: 'Slice', run: slice },
  { name: 'SplitV', run: split },
  { name: 'Unpack', run: unpack },
  { name: 'Concat', run: concat },
  { name: 'Pack', run: packTensors },
  { name: 'PadV2', run: pad },
  { name: 'Tile', run: tile },
  { name: 'GatherV2', run: gather },
  { name: 'UnsortedSegmentSum', run: segmentSum },
]
