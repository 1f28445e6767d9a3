/**
 * Trained nets as ONNX files (https://onnx.ai), by following a forward pass kernel by kernel.
 */
import { checkOptions, DlError, showValue } from '@dl/core'
import { type AnyModule, isModule } from '@dl/layers'
import { Tensor, tidy } from '@tensorflow/tfjs-core'
import { type Dim, dimsOf, type Sizes, showDim, sizesFor } from './dims'
import { type ConstantValues, Graph, typeOf } from './graph'
import { checkInputs, type InputSpec, namesIn, samples } from './inputs'
import { carriedBuffers, whileTraced } from './modules'
import { emitters } from './ops'
import { encodeModel } from './proto'
import { type Operand, type Trace, type TracedCall, type TracedConstant, trace } from './trace'

/** What an exported forward gives: one tensor, called `output` in the file, or several by name. */
export type OnnxOutputs = Tensor | Record<string, Tensor>

export interface OnnxOptions {
  /**
   * What the file takes, by name: a shape, or shape and type. They are passed to the model in this
   * order. A name in place of a number is a size that is open: `{ x: ['N', 28, 28, 1] }`,
   * `{ ids: { shape: ['T', 'N'], dtype: 'int32' } }`. The net is run at small sizes to find out what
   * depends on it, so sizes of maps are given as numbers.
   */
  inputs: Record<string, InputSpec>
  /** Which version of ONNX's operators, 13 to 21 (default 17). */
  opset?: number
  /** What is exported (default: the model's own forward), out of the inputs by name. */
  forward?: (inputs: Record<string, Tensor>) => OnnxOutputs
}

/** From that on which takes axes as inputs, to the newest that was tried. */
const OPSETS = [13, 21] as const

/**
 * The bytes of an `.onnx` file that computes what the model does in evaluation: weights and batch
 * norms as they are now, dropout left out. The file takes and gives the layouts that the model does,
 * maps as [N, H, W, C]; inside they are [N, C, H, W], as ONNX's operators want them. States that
 * layers carry from call to call become inputs, `rnn.carried.h`, and outputs, `rnn.carried.h_out`.
 * The model is as before afterwards.
 *
 * Any module is followed, one's own, too. What it decides by looking at values, or draws at random,
 * is in the file as it was in the traced pass.
 *
 * @throws DlError `not-exportable` for an operation that is not known, with the module's path, and
 *   for sizes that depend on open ones in a way that ONNX does not have; `bad-option`
 *
 * @example
 * ```ts
 * import { Linear, ReLU, Sequential } from '@dl/layers'
 * import { toOnnx } from '@dl/onnx'
 *
 * const model = new Sequential(new Linear(4, 8), new ReLU(), new Linear(8, 3))
 * const bytes = await toOnnx(model, { inputs: { x: ['N', 4] } })
 * bytes.length < 1000 // → true
 * model.dispose()
 * ```
 */
export async function toOnnx(model: AnyModule, options: OnnxOptions): Promise<Uint8Array> {
  if (!isModule(model)) {
    throw new DlError('bad-option', {
      problem: `toOnnx got ${showValue(model)}`,
      expected: 'a Module',
    })
  }
  const known = checkOptions('toOnnx', options, ['inputs', 'opset', 'forward'])
  const { opset = 17, forward = all => model.call(...Object.values(all)) } = known
  if (!(Number.isInteger(opset) && opset >= OPSETS[0] && opset <= OPSETS[1])) {
    throw new DlError('bad-option', {
      problem: `toOnnx got opset ${showValue(opset)}`,
      expected: `an integer from ${OPSETS[0]} to ${OPSETS[1]}`,
    })
  }
  const inputs = checkInputs(known.inputs)
  const sizes = sizesFor(namesIn(inputs))
  return whileTraced(model, async currentModule => {
    const traced: Trace[] = []
    try {
      for (const run of Object.keys(sizes).length > 0 ? ([0, 1] as const) : ([0] as const)) {
        tidy(() => {
          traced.push(traceAt(model, samples(inputs, sizes, run), forward, currentModule))
        })
      }
      return await write(model, traced[0]!, traced.at(-1)!, sizes, opset)
    } finally {
      for (const one of traced) one.dispose()
    }
  })
}

/** One traced pass, with carried states among its inputs and outputs. */
function traceAt(
  model: AnyModule,
  inputs: Record<string, Tensor>,
  forward: NonNullable<OnnxOptions['forward']>,
  currentModule: () => string,
): Trace {
  const carried = carriedBuffers(model)
  // after a first pass they have the size that this batch wants
  if (carried.length > 0) forward(inputs)
  const states = Object.fromEntries(carried.map(([name, buffer]) => [name, buffer.value]))
  const run = () => {
    const outputs = namedOutputs(forward(inputs))
    const after = carried.map(([name, buffer]) => [name, buffer.value] as const)
    return { ...outputs, ...Object.fromEntries(after) }
  }
  return trace({ ...inputs, ...states }, run, currentModule)
}

function namedOutputs(outputs: unknown): Record<string, Tensor> {
  if (outputs instanceof Tensor) return { output: outputs }
  const entries = typeof outputs === 'object' && outputs !== null ? Object.entries(outputs) : []
  if (entries.length > 0 && entries.every(([, tensor]) => tensor instanceof Tensor)) {
    return Object.fromEntries(entries)
  }
  throw new DlError('not-exportable', {
    problem: `the model's forward gives ${showValue(outputs)}`,
    expected: 'a tensor, or tensors by name',
    fix: 'Pass { forward } that calls the model and gives such.',
  })
}

async function write(
  model: AnyModule,
  first: Trace,
  second: Trace,
  sizes: Sizes,
  opset: number,
): Promise<Uint8Array> {
  requireAlike(first, second)
  const dims = new Map<number, Dim[]>()
  const constants = new Map<TracedConstant, ConstantValues>()
  const names = namesByData(model)
  for (const [one, other] of operandPairs(first, second)) {
    if (one.kind === 'value') {
      dims.set(one.id, dimsOf(one.shape, other.shape, sizes))
    } else if (!constants.has(one)) {
      constants.set(one, await valuesOf(one, other as TracedConstant, sizes, names))
    }
  }
  const graph = new Graph(opset, dims, constants)
  for (const [name, value] of Object.entries(first.inputs)) graph.input(name, value)
  const ends = Object.entries(first.outputs).map(([name, operand]) => ({
    name: Object.hasOwn(first.inputs, name) ? `${name}_out` : name,
    operand,
  }))
  for (const { name } of ends) graph.reserve(name)
  for (const call of needed(first)) emit(model, call, graph)
  graph.scope = ''
  const outputs = ends.map(({ name, operand }) => {
    // a name of its own, whatever computed it
    const from = graph.plain(operand)
    graph.nodes.push({ op: 'Identity', name, inputs: [from], outputs: [name], attributes: {} })
    const known = operand.kind === 'value' ? graph.dims(operand) : constants.get(operand)!.dims
    return { name, type: typeOf(operand.dtype), shape: known.map(showDim) }
  })
  const { nodes, initializers, inputs } = graph
  const name = model.constructor.name
  return encodeModel({ name, nodes, initializers, inputs, outputs }, opset)
}

function emit(model: AnyModule, call: TracedCall, graph: Graph): void {
  graph.scope = call.module
  const emitter = emitters[call.kernel]
  if (emitter) {
    emitter(call, graph)
    return
  }
  const module = [...model.namedModules()].find(([path]) => path === call.module)?.[1] ?? model
  const where = call.module === '' ? '' : ` at ${call.module}`
  throw new DlError('not-exportable', {
    problem: `${module.constructor.name}${where} computes ${call.kernel}, for which there is no ONNX here`,
    expected: 'operations that the README of @dl/onnx lists',
    fix: 'Compute it outside of the file: pass { forward } that leaves it out.',
  })
}

/** The calls on which an output depends. */
function needed({ calls, outputs }: Trace): TracedCall[] {
  const wanted = new Set<number>()
  const want = (operand: Operand) => {
    if (operand.kind === 'value') wanted.add(operand.id)
  }
  Object.values(outputs).forEach(want)
  const used = calls.toReversed().filter(call => {
    if (!call.outputs.some(({ id }) => wanted.has(id))) return false
    Object.values(call.inputs).forEach(want)
    return true
  })
  return used.reverse()
}

/** All operands with what they are in the other trace. */
function* operandPairs(first: Trace, second: Trace): Generator<[Operand, Operand]> {
  const pairs = (one: Record<string, Operand>, other: Record<string, Operand>) =>
    Object.entries(one).map(([name, operand]): [Operand, Operand] => [operand, other[name]!])
  yield* pairs(first.inputs, second.inputs)
  for (const [i, call] of first.calls.entries()) {
    const other = second.calls[i]!
    yield* pairs(call.inputs, other.inputs)
    for (const [j, output] of call.outputs.entries()) yield [output, other.outputs[j]!]
  }
  yield* pairs(first.outputs, second.outputs)
}

/** Attributes that say the shape of an output, which is known otherwise. */
const SHAPES = new Set(['shape', 'size', 'reps', 'inputShape', 'numOrSizeSplits'])

function requireAlike(first: Trace, second: Trace): void {
  const shown = ({ kernel, module, inputs, attrs, outputs }: TracedCall) =>
    JSON.stringify([
      [kernel, module, outputs.length],
      Object.entries(inputs).map(([name, { kind, shape }]) => [name, kind, shape.length]),
      Object.entries(attrs).filter(([name]) => !SHAPES.has(name)),
    ])
  const differs = first.calls.findIndex((call, i) => {
    const other = second.calls[i]
    return other === undefined || shown(call) !== shown(other)
  })
  if (differs < 0 && first.calls.length === second.calls.length) return
  const { kernel, module } = first.calls[differs] ?? second.calls[first.calls.length]!
  throw new DlError('not-exportable', {
    problem: `what ${module || 'the model'} computes with ${kernel} depends on the size of a named dimension`,
    expected: 'the same operations at every size',
    fix: 'Give numbers in place of the names.',
  })
}

/** The names of weights, by what holds their data. */
function namesByData(model: AnyModule): Map<object, string> {
  const parts = [...model.namedParameters(), ...model.namedBuffers()]
  return new Map(parts.map(([name, { value }]) => [value.dataId, name]))
}

async function valuesOf(
  constant: TracedConstant,
  second: TracedConstant,
  sizes: Sizes,
  names: ReadonlyMap<object, string>,
): Promise<ConstantValues> {
  const { tensor, shape } = constant
  const data = await tensor.data()
  const other = { shape: second.shape, data: await second.tensor.data() }
  const dims = dimsOf(shape, second.shape, sizes)
  const isSame =
    data.length !== other.data.length || data.every((n, i) => Object.is(n, other.data[i]))
  if (!isSame) {
    throw new DlError('not-exportable', {
      problem: 'a number that the model computes with depends on the size of a named dimension',
      expected: 'numbers that are the same at every size',
      fix: 'Give numbers in place of the names.',
    })
  }
  return { name: names.get(tensor.dataId) ?? null, data, other, dims }
}
