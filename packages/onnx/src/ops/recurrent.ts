/** Recurrent layers as ONNX's own operators, so that a sequence may have any length. */
import type { Graph } from '../graph'
import type { Operand } from '../trace'
import type { Emitter } from './emitter'

interface Kind {
  op: 'LSTM' | 'GRU' | 'RNN'
  /** Where ONNX's gates are among ours: LSTM i, o, f, c of i, f, g, o; GRU z, r, h of r, z, n. */
  gates: readonly number[]
}

const recurrent =
  ({ op, gates }: Kind): Emitter =>
  (call, graph) => {
    const { x, h0, c0, wIh, wHh, bIh, bHh } = call.inputs as Record<string, Operand>
    const hidden = h0!.shape[1]!
    const inputs = [
      graph.plain(x!),
      weightsOf(wIh!, gates, hidden, graph),
      weightsOf(wHh!, gates, hidden, graph),
      bIh || bHh ? biasesOf(bIh, bHh, gates, hidden, graph) : '',
      '',
      ...[h0, c0].flatMap(state => (state ? [stateOf(state, graph)] : [])),
    ]
    while (inputs.at(-1) === '') inputs.pop()
    const attributes = {
      hidden_size: hidden,
      ...(op === 'GRU' && { linear_before_reset: 1 }),
    }
    const relu = call.attrs.nonlinearity === 'relu'
    const made = graph.addMany(
      op,
      inputs,
      relu ? { ...attributes, activations: ['Relu'] } : attributes,
      op === 'LSTM' ? 3 : 2,
    )
    // one direction: [time, 1, batch, hidden] and [1, batch, hidden]
    made.forEach((name, i) => {
      const axis = graph.integers([i === 0 ? 1 : 0])
      graph.setPlain(call.outputs[i]!, graph.add('Squeeze', [name, axis]))
    })
  }

/** [inputs, gates · hidden] as [1, gates · hidden, inputs], the gates in ONNX's order. */
function weightsOf(
  matrix: Operand,
  gates: readonly number[],
  hidden: number,
  graph: Graph,
): string {
  const numbers = fixed(matrix, graph)
  const [rows, columns] = matrix.shape as [number, number]
  const values = gates.flatMap(gate =>
    Array.from({ length: hidden * rows }, (_, i) => {
      const [unit, row] = [Math.floor(i / rows), i % rows]
      return numbers[row * columns + gate * hidden + unit]!
    }),
  )
  return graph.store(values, [1, columns, rows], 'float32')
}

function biasesOf(
  bIh: Operand | undefined,
  bHh: Operand | undefined,
  gates: readonly number[],
  hidden: number,
  graph: Graph,
): string {
  const values = [bIh, bHh].flatMap(bias => {
    if (!bias) return Array<number>(gates.length * hidden).fill(0)
    const numbers = fixed(bias, graph)
    return gates.flatMap(gate => Array.from(numbers).slice(gate * hidden, (gate + 1) * hidden))
  })
  return graph.store(values, [1, values.length], 'float32')
}

/** Without one, ONNX begins at zeros. */
function stateOf(state: Operand, graph: Graph): string {
  if (graph.isZero(state)) return ''
  return graph.add('Unsqueeze', [graph.plain(state), graph.integers([0])])
}

function fixed(weights: Operand, graph: Graph): ArrayLike<number> {
  const numbers = graph.numbers(weights)
  if (numbers) return numbers
  return graph.refuse('a recurrent layer', 'weights that do not depend on the inputs')
}

export const recurrentOps: Record<string, Emitter> = {
  DlLstm: recurrent({ op: 'LSTM', gates: [0, 3, 1, 2] }),
  DlGru: recurrent({ op: 'GRU', gates: [1, 0, 2] }),
  DlRnn: recurrent({ op: 'RNN', gates: [0] }),
}
