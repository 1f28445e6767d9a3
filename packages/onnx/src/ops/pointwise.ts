/** What is computed for each value by itself, in whichever layout the maps are. */
import type { Graph } from '../graph'
import { typeOf } from '../graph'
import type { Operand, TracedCall } from '../trace'
import type { Emitter } from './emitter'

type Build = (names: string[], graph: Graph, call: TracedCall) => string

const pointwise =
  (build: Build): Emitter =>
  (call, graph) => {
    const operands = Object.values(call.inputs)
    const output = call.outputs[0]!
    if (output.shape.length === 4 && operands.some(one => graph.isInMaps(one))) {
      const names = operands.map(one => alongChannels(one, graph))
      if (names.every(name => name !== null)) {
        graph.setMaps(output, build(names, graph, call))
        return
      }
    }
    const names = operands.map(one => graph.plain(one))
    graph.setPlain(output, build(names, graph, call))
  }

/** An operand beside maps [N, C, H, W]; null where its axes cannot be told. */
function alongChannels(operand: Operand, graph: Graph): string | null {
  const { shape } = operand
  if (shape.length === 4) return graph.maps(operand)
  if (operand.kind === 'value' || graph.numbers(operand) === null) return null
  if (shape.length === 0) return graph.weight(operand)
  return shape.length === 1 ? graph.weight(operand, [shape[0]!, 1, 1]) : null
}

/** Operations that have the same inputs in ONNX. */
const SAME: Record<string, string> = {
  Abs: 'Abs',
  Acos: 'Acos',
  Acosh: 'Acosh',
  Add: 'Add',
  Asin: 'Asin',
  Asinh: 'Asinh',
  Atan: 'Atan',
  Atanh: 'Atanh',
  Ceil: 'Ceil',
  Cos: 'Cos',
  Cosh: 'Cosh',
  Elu: 'Elu',
  Equal: 'Equal',
  Erf: 'Erf',
  Exp: 'Exp',
  Floor: 'Floor',
  Greater: 'Greater',
  GreaterEqual: 'GreaterOrEqual',
  IsInf: 'IsInf',
  IsNan: 'IsNaN',
  Less: 'Less',
  LessEqual: 'LessOrEqual',
  Log: 'Log',
  LogicalAnd: 'And',
  LogicalNot: 'Not',
  LogicalOr: 'Or',
  Maximum: 'Max',
  Minimum: 'Min',
  Multiply: 'Mul',
  Neg: 'Neg',
  Pow: 'Pow',
  Prelu: 'PRelu',
  RealDiv: 'Div',
  Reciprocal: 'Reciprocal',
  Relu: 'Relu',
  Round: 'Round',
  Select: 'Where',
  Selu: 'Selu',
  Sigmoid: 'Sigmoid',
  Sign: 'Sign',
  Sin: 'Sin',
  Sinh: 'Sinh',
  Softplus: 'Softplus',
  Sqrt: 'Sqrt',
  Sub: 'Sub',
  Tan: 'Tan',
  Tanh: 'Tanh',
}

const clip = (x: string, low: number, high: number, graph: Graph) =>
  graph.add('Clip', [x, graph.scalar(low), graph.scalar(high)])

const COMPOSED: Record<string, Build> = {
  AddN: (all, graph) => all.reduce((sum, one) => graph.add('Add', [sum, one])),
  Cast: ([x], graph, { outputs }) => graph.add('Cast', [x!], { to: typeOf(outputs[0]!.dtype) }),
  ClipByValue: ([x], graph, { attrs }) =>
    clip(x!, attrs.clipValueMin as number, attrs.clipValueMax as number, graph),
  Expm1: ([x], graph) => graph.add('Sub', [graph.add('Exp', [x!]), graph.scalar(1)]),
  LeakyRelu: ([x], graph, { attrs }) =>
    graph.add('LeakyRelu', [x!], { alpha: { float: attrs.alpha as number } }),
  Log1p: ([x], graph) => graph.add('Log', [graph.add('Add', [x!, graph.scalar(1)])]),
  NotEqual: (both, graph) => graph.add('Not', [graph.add('Equal', both)]),
  Relu6: ([x], graph) => clip(x!, 0, 6, graph),
  Rsqrt: ([x], graph) => graph.add('Reciprocal', [graph.add('Sqrt', [x!])]),
  Square: ([x], graph) => graph.add('Mul', [x!, x!]),
  SquaredDifference: (both, graph) => {
    const difference = graph.add('Sub', both)
    return graph.add('Mul', [difference, difference])
  },
  Step: ([x], graph, { attrs }) => {
    const above = graph.add('Greater', [x!, graph.scalar(0)])
    return graph.add('Where', [above, graph.scalar(1), graph.scalar((attrs.alpha ?? 0) as number)])
  },
}

/** The activation that tfjs's fused kernels end with. */
export function activated(x: string, { attrs }: TracedCall, graph: Graph): string {
  const alpha = attrs.leakyreluAlpha as number | undefined
  const known: Record<string, () => string> = {
    linear: () => x,
    relu: () => graph.add('Relu', [x]),
    relu6: () => clip(x, 0, 6, graph),
    elu: () => graph.add('Elu', [x]),
    sigmoid: () => graph.add('Sigmoid', [x]),
    leakyrelu: () => graph.add('LeakyRelu', [x], { alpha: { float: alpha ?? 0.2 } }),
  }
  const name = (attrs.activation ?? 'linear') as string
  const run = known[name]
  return run ? run() : graph.refuse(`the activation ${name}`, Object.keys(known).join(', '))
}

/** Numbers of an attribute; -1 counts from the end. */
export const axesOf = (axes: unknown, rank: number): number[] =>
  (axes == null
    ? Array.from({ length: rank }, (_, i) => i)
    : [axes as number | number[]].flat()
  ).map(axis => (axis < 0 ? axis + rank : axis))

export const pointwiseOps: Record<string, Emitter> = Object.fromEntries([
  ...Object.entries(SAME).map(([kernel, op]) => [
    kernel,
    pointwise((names, graph) => graph.add(op, names)),
  ]),
  ...Object.entries(COMPOSED).map(([kernel, build]) => [kernel, pointwise(build)]),
])
