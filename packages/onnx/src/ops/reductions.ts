/** What takes many values together: products, sums, softmax, batch norms. */
import type { Graph } from '../graph'
import { INT32 } from '../proto'
import type { Operand } from '../trace'
import { type Emitter, MAP_AXIS } from './emitter'
import { activated, axesOf } from './pointwise'

const reduce =
  (op: string): Emitter =>
  (call, graph) => {
    const x = Object.values(call.inputs)[0]!
    const output = call.outputs[0]!
    const rank = x.shape.length
    const axes = axesOf(call.attrs.axis ?? call.attrs.reductionIndices, rank)
    const keeps = output.shape.length === rank
    // rows and columns go: what is left stands in the same order in both layouts
    const asMaps = graph.isInMaps(x) && (keeps || (axes.includes(1) && axes.includes(2)))
    const name = asMaps ? graph.maps(x) : graph.plain(x)
    const y = reduced(op, name, asMaps ? axes.map(axis => MAP_AXIS[axis]!) : axes, keeps, graph)
    if (asMaps && keeps) graph.setMaps(output, y)
    else graph.setPlain(output, y)
  }

/** Axes became an input, of sums earlier than of others. */
function reduced(op: string, x: string, axes: number[], keeps: boolean, graph: Graph): string {
  const keepdims = keeps ? 1 : 0
  if (op === 'ReduceSum' || graph.opset >= 18) {
    return graph.add(op, [x, graph.integers(axes)], { keepdims })
  }
  return graph.add(op, [x], { axes, keepdims })
}

const argMax =
  (op: 'ArgMax' | 'ArgMin'): Emitter =>
  (call, graph) => {
    const x = call.inputs.x!
    const [axis] = axesOf(call.attrs.axis, x.shape.length)
    const place = graph.add(op, [graph.plain(x)], { axis: axis!, keepdims: 0 })
    graph.setPlain(call.outputs[0]!, graph.add('Cast', [place], { to: INT32 }))
  }

const matMul: Emitter = (call, graph) => {
  const { a, b, bias } = call.inputs as Record<string, Operand>
  const { transposeA, transposeB } = call.attrs as { transposeA?: boolean; transposeB?: boolean }
  const turned = (matrix: Operand, turn?: boolean) => {
    if (!turn) return graph.plain(matrix)
    const axes = matrix.shape.map((_, axis) => axis)
    return graph.transposed(matrix, [...axes.slice(0, -2), axes.at(-1)!, axes.at(-2)!])
  }
  const product = graph.add('MatMul', [turned(a!, transposeA), turned(b!, transposeB)])
  const biased = bias ? graph.add('Add', [product, graph.plain(bias)]) : product
  graph.setPlain(call.outputs[0]!, activated(biased, call, graph))
}

const softmax: Emitter = (call, graph) => {
  const x = Object.values(call.inputs)[0]!
  const [axis] = axesOf(call.attrs.dim ?? call.attrs.axis ?? -1, x.shape.length)
  const op = call.kernel === 'Softmax' ? 'Softmax' : 'LogSoftmax'
  graph.setPlain(call.outputs[0]!, graph.add(op, [graph.plain(x)], { axis: axis! }))
}

const einsum: Emitter = (call, graph) => {
  const factors = Object.values(call.inputs).map(one => graph.plain(one))
  const equation = (call.attrs.equation as string).replaceAll(/\s/g, '')
  graph.setPlain(call.outputs[0]!, graph.add('Einsum', factors, { equation }))
}

const cumsum: Emitter = (call, graph) => {
  const x = call.inputs.x!
  const { exclusive, reverse } = call.attrs as { exclusive?: boolean; reverse?: boolean }
  const [axis] = axesOf(call.attrs.axis, x.shape.length)
  const options = { exclusive: exclusive ? 1 : 0, reverse: reverse ? 1 : 0 }
  const sums = graph.add('CumSum', [graph.plain(x), graph.integers([axis!], [])], options)
  graph.setPlain(call.outputs[0]!, sums)
}

/** Of maps ONNX's own, which runtimes fold into the convolution before; else scale and shift. */
const batchNorm: Emitter = (call, graph) => {
  const { x, gamma, beta, mean, variance } = call.inputs as Record<string, Operand>
  const { eps, training, relu } = call.attrs as { eps: number; training: boolean; relu: boolean }
  const output = call.outputs[0]!
  const [centre, spread] = [numbersOf(mean, graph), numbersOf(variance, graph)]
  if (training || centre === null || spread === null) {
    graph.refuse('a batch norm over the batch', 'batch norms that use their running statistics')
  }
  const channels = x!.shape.at(-1)!
  const isMaps = x!.shape.length === 4
  const name = isMaps ? graph.maps(x!) : graph.plain(x!)
  const input = relu ? graph.add('Relu', [name]) : name
  const scale = numbersOf(gamma, graph) ?? new Float32Array(channels).fill(1)
  const shift = numbersOf(beta, graph) ?? new Float32Array(channels)
  if (!isMaps && x!.shape.length !== 2) {
    const factors = Float64Array.from(scale, (one, i) => one / Math.sqrt(spread![i]! + eps))
    const rest = Float64Array.from(shift, (one, i) => one - centre![i]! * factors[i]!)
    const scaled = graph.add('Mul', [input, graph.store(factors, [channels], 'float32')])
    const y = graph.add('Add', [scaled, graph.store(rest, [channels], 'float32')])
    graph.setPlain(output, y)
    return
  }
  const stored = (operand: Operand | undefined, values: ArrayLike<number>) =>
    operand ? graph.plain(operand) : graph.store(values, [channels], 'float32')
  const inputs = [stored(gamma, scale), stored(beta, shift), graph.plain(mean!)]
  const y = graph.add('BatchNormalization', [input, ...inputs, graph.plain(variance!)], {
    epsilon: { float: eps },
  })
  if (isMaps) graph.setMaps(output, y)
  else graph.setPlain(output, y)
}

const numbersOf = (operand: Operand | undefined, graph: Graph): ArrayLike<number> | null =>
  operand ? graph.numbers(operand) : null

export const reductionOps: Record<string, Emitter> = {
  Sum: reduce('ReduceSum'),
  Mean: reduce('ReduceMean'),
  Max: reduce('ReduceMax'),
  Min: reduce('ReduceMin'),
  Prod: reduce('ReduceProd'),
  ArgMax: argMax('ArgMax'),
  ArgMin: argMax('ArgMin'),
  BatchMatMul: matMul,
  _FusedMatMul: matMul,
  Softmax: softmax,
  LogSoftmax: softmax,
  Einsum: einsum,
  Cumsum: cumsum,
  DlBatchNorm: batchNorm,
}
