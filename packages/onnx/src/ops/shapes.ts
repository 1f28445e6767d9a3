/** What moves values about and changes none. */
import { FROM_MAPS, type Graph, TO_MAPS } from '../graph'
import type { Operand, TracedCall } from '../trace'
import { type Emitter, MAP_AXIS } from './emitter'
import { axesOf } from './pointwise'

const first = ({ inputs }: TracedCall): Operand => Object.values(inputs)[0]!

/** Runs along axes of [N, H, W, C], or along theirs of [N, C, H, W] where the input is in it. */
function inEitherLayout(
  call: TracedCall,
  graph: Graph,
  build: (name: (operand: Operand) => string, axisOf: (axis: number) => number) => string[],
): void {
  const operands = Object.values(call.inputs)
  const all = [...operands, ...call.outputs].every(({ shape }) => shape.length === 4)
  const asMaps = all && operands.some(one => graph.isInMaps(one))
  const names = asMaps
    ? build(
        one => graph.maps(one),
        axis => MAP_AXIS[axis]!,
      )
    : build(
        one => graph.plain(one),
        axis => axis,
      )
  call.outputs.forEach((output, i) => {
    if (asMaps) graph.setMaps(output, names[i]!)
    else graph.setPlain(output, names[i]!)
  })
}

const reshape: Emitter = (call, graph) => {
  const x = first(call)
  const output = call.outputs[0]!
  // of one pixel both layouts are the same row of values
  const isPixel = graph.isInMaps(x) && x.shape[1] === 1 && x.shape[2] === 1
  const from = isPixel ? graph.maps(x) : graph.plain(x)
  const to = graph.shape(graph.dims(output), { reshape: true })
  graph.setPlain(output, graph.add('Reshape', [from, to]))
}

const transpose: Emitter = (call, graph) => {
  const x = first(call)
  const output = call.outputs[0]!
  const perm = call.attrs.perm as number[]
  if (String(perm) === String(TO_MAPS)) graph.setPlain(output, graph.maps(x))
  else if (String(perm) === String(FROM_MAPS)) graph.setMaps(output, graph.plain(x))
  else graph.setPlain(output, graph.transposed(x, perm))
}

const concat: Emitter = (call, graph) => {
  const axis = axesOf(call.attrs.axis, call.outputs[0]!.shape.length)[0]!
  inEitherLayout(call, graph, (name, axisOf) => [
    graph.add('Concat', Object.values(call.inputs).map(name), { axis: axisOf(axis) }),
  ])
}

const split: Emitter = (call, graph) => {
  const x = first(call)
  const axis = axesOf(call.attrs.axis, x.shape.length)[0]!
  const sizes = call.outputs.map(output => graph.dims(output)[axis]!)
  inEitherLayout(call, graph, (name, axisOf) =>
    graph.addMany('Split', [name(x), graph.shape(sizes)], { axis: axisOf(axis) }, sizes.length),
  )
}

const unpack: Emitter = (call, graph) => {
  const x = graph.plain(first(call))
  const axis = axesOf(call.attrs.axis, first(call).shape.length)[0]!
  call.outputs.forEach((output, i) => {
    graph.setPlain(output, graph.add('Gather', [x, graph.integers([i], [])], { axis }))
  })
}

const pack: Emitter = (call, graph) => {
  const output = call.outputs[0]!
  const axis = axesOf(call.attrs.axis, output.shape.length)[0]!
  const parts = Object.values(call.inputs).map(one =>
    graph.add('Unsqueeze', [graph.plain(one), graph.integers([axis])]),
  )
  graph.setPlain(output, graph.add('Concat', parts, { axis }))
}

/** Only axes that are cut are named, so that others may be of any size. */
const slice: Emitter = (call, graph) => {
  const x = first(call)
  const [output] = call.outputs
  const begin = call.attrs.begin as number | number[]
  const starts = x.shape.map((_, axis) => [begin].flat()[axis] ?? 0)
  const cut = x.shape.flatMap((size, axis) => (size === output!.shape[axis] ? [] : [axis]))
  const ends = cut.map(axis => {
    const size = graph.dims(output!)[axis]!
    if (typeof size !== 'number') graph.refuse('a slice', 'slices of a fixed size')
    return starts[axis]! + (size as number)
  })
  const from = cut.map(axis => starts[axis]!)
  inEitherLayout(call, graph, (name, axisOf) => [
    graph.add('Slice', [
      name(x),
      graph.integers(from),
      graph.integers(ends),
      graph.integers(cut.map(axisOf)),
    ]),
  ])
}

/** Before any that could be the first. */
const BEFORE_ALL = -(2 ** 31)

const reverse: Emitter = (call, graph) => {
  const x = first(call)
  const axes = axesOf(call.attrs.dims, x.shape.length)
  const each = (value: number) => graph.integers(axes.map(() => value))
  inEitherLayout(call, graph, (name, axisOf) => [
    graph.add('Slice', [
      name(x),
      each(-1),
      each(BEFORE_ALL),
      graph.integers(axes.map(axisOf)),
      each(-1),
    ]),
  ])
}

const pad: Emitter = (call, graph) => {
  const x = first(call)
  const { paddings, constantValue, mode } = call.attrs as {
    paddings: [number, number][]
    constantValue?: number
    mode?: string
  }
  if (mode === 'symmetric') graph.refuse("padding of mode 'symmetric'", "'reflect' or zeros")
  inEitherLayout(call, graph, (name, axisOf) => {
    const ordered = paddings.map(() => [0, 0])
    paddings.forEach((sides, axis) => {
      ordered[axisOf(axis)] = sides
    })
    const pads = graph.integers([0, 1].flatMap(side => ordered.map(sides => sides[side]!)))
    const fill = mode === undefined ? [graph.scalar(constantValue ?? 0, x.dtype)] : []
    return [graph.add('Pad', [name(x), pads, ...fill], { mode: mode ?? 'constant' })]
  })
}

const tile: Emitter = (call, graph) => {
  const x = first(call)
  const output = call.outputs[0]!
  const before = x.kind === 'value' ? graph.dims(x) : x.shape
  const repeats = graph.dims(output).map((dim, axis) => {
    const size = before[axis]!
    if (typeof dim === 'number') return dim / (size as number)
    if (dim !== null && typeof size === 'number') return { ...dim, times: dim.times / size }
    return JSON.stringify(dim) === JSON.stringify(size) ? 1 : null
  })
  graph.setPlain(output, graph.add('Tile', [graph.plain(x), graph.shape(repeats)]))
}

const gather: Emitter = (call, graph) => {
  const { x, indices } = call.inputs
  const { axis, batchDims } = call.attrs as { axis: number; batchDims?: number }
  if (batchDims) graph.refuse('gather with batchDims', 'batchDims 0')
  graph.setPlain(
    call.outputs[0]!,
    graph.add('Gather', [graph.plain(x!), graph.plain(indices!)], { axis }),
  )
}

const embedding: Emitter = (call, graph) => {
  const { weight, ids } = call.inputs
  const rows = graph.add('Gather', [graph.plain(weight!), graph.plain(ids!)], { axis: 0 })
  graph.setPlain(call.outputs[0]!, rows)
}

/** Zeros or ones as many as there are values. */
const like =
  (value: number): Emitter =>
  (call, graph) => {
    const output = call.outputs[0]!
    const shape = graph.shape(graph.dims(output))
    graph.setPlain(output, graph.add('Expand', [graph.scalar(value, output.dtype), shape]))
  }

export const shapeOps: Record<string, Emitter> = {
  Reshape: reshape,
  ExpandDims: reshape,
  Transpose: transpose,
  Concat: concat,
  SplitV: split,
  Unpack: unpack,
  Pack: pack,
  Slice: slice,
  Reverse: reverse,
  PadV2: pad,
  MirrorPad: pad,
  Tile: tile,
  GatherV2: gather,
  DlEmbedding: embedding,
  ZerosLike: like(0),
  OnesLike: like(1),
}
