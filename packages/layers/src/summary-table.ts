/** A summary, and how it looks as text. */
import { showShape } from '@dl/core'

/** The shape of a tensor, or the shapes in a list or record of tensors; -1 stands for the batch. */
export type Shapes = readonly number[] | readonly Shapes[] | { readonly [name: string]: Shapes }

/** One module. */
export interface SummaryRow {
  /** `<Class>-<n>`, n counting from 1 in the order in which calls ended. */
  key: string
  /** Of the first input. */
  inputShape: Shapes
  outputShape: Shapes
  /** Whether any of its own parameters trains; absent where it has none. */
  trainable?: boolean
  /** Numbers in its own parameters, those of modules below it not included. */
  nbParams: number
}

export interface Summary {
  rows: SummaryRow[]
  /** Numbers in all parameters of the model, shared ones counted once. */
  nbParams: number
  /** Those of them that train. */
  nbTrainable: number
  /** An aligned table. */
  toString(): string
}

export function table({ rows, nbParams, nbTrainable }: Omit<Summary, 'toString'>): string {
  const trains = { true: 'yes', false: 'no', undefined: '' }
  const lines = [
    ['module', 'input', 'output', 'trains', 'parameters'],
    ...rows.map(row => [
      row.key,
      show(row.inputShape),
      show(row.outputShape),
      trains[`${row.trainable}`],
      grouped(row.nbParams),
    ]),
    ['total', '', '', '', grouped(nbParams)],
    ...(nbTrainable === nbParams ? [] : [['trainable', '', '', '', grouped(nbTrainable)]]),
  ]
  const widths = lines[0]!.map((_, column) => Math.max(...lines.map(line => line[column]!.length)))
  return lines
    .map(line =>
      line
        .map((cell, i) => (i < 4 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)))
        .join('  '),
    )
    .join('\n')
}

function show(shapes: Shapes): string {
  if (!Array.isArray(shapes)) {
    const entries = Object.entries(shapes).map(([name, part]) => `${name} ${show(part)}`)
    return entries.join(', ')
  }
  return shapes.every(part => typeof part === 'number')
    ? showShape(shapes)
    : `(${shapes.map(show).join(', ')})`
}

const grouped = (count: number): string => count.toLocaleString('en-US')
