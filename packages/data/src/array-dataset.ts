import { checkOptions, DlError, showValue } from '@dl/core'
import { requireIndex, requireItems } from './check'
import type { Dataset } from './loader'
import { sizeOf, toValues, type Value, type Values } from './values'

/** What a model is given and what it should make of it, for one item. */
export interface Example<V = Value> {
  /** One for each argument of the model's `forward`. */
  inputs: readonly V[]
  target: V
}

/** Examples that lie in memory, column by column. */
export class ArrayDataset implements Dataset<Example<Values>> {
  readonly length: number
  readonly #inputs: readonly Values[]
  readonly #target: Values

  /**
   * Every column has one row for each item: an array with numbers or rows, a typed array with
   * numbers, or `{ data, shape }` where the first size is the number of items.
   *
   * @throws DlError `bad-dataset` for columns of different lengths, `empty-dataset`
   *
   * @example
   * ```ts
   * import { ArrayDataset } from '@dl/data'
   *
   * const xor = new ArrayDataset({
   *   inputs: [[[0, 0], [0, 1], [1, 0], [1, 1]]],
   *   target: Int32Array.of(0, 1, 1, 0),
   * })
   * xor.length // → 4
   * xor.get(2).inputs[0]!.data // → 1,0
   * ```
   */
  constructor(columns: Example) {
    const { inputs, target } = checkOptions('ArrayDataset', columns, ['inputs', 'target'])
    if (!Array.isArray(inputs)) {
      throw new DlError('bad-dataset', {
        problem: `inputs is ${showValue(inputs)}`,
        expected: 'an array with one column for each argument of the model',
      })
    }
    this.#inputs = inputs.map((column, i) => columnOf(`inputs[${i}]`, column))
    this.#target = columnOf('target', target)
    this.length = this.#target.shape[0]!
    const odd = this.#inputs.findIndex(({ shape }) => shape[0] !== this.length)
    if (odd >= 0) {
      throw new DlError('bad-dataset', {
        problem: `inputs[${odd}] has ${this.#inputs[odd]!.shape[0]} rows and target has ${this.length}`,
        expected: 'one row for each item in every column',
      })
    }
    requireItems(this.length)
  }

  /** Views of the rows, not copies. */
  get(index: number): Example<Values> {
    requireIndex(index, this.length)
    return {
      inputs: this.#inputs.map(column => rowOf(column, index)),
      target: rowOf(this.#target, index),
    }
  }
}

function columnOf(name: string, column: Value): Values {
  const values = toValues(column, name)
  if (values.shape.length > 0) return values
  throw new DlError('bad-dataset', {
    problem: `${name} is a single number`,
    expected: 'a column with one row for each item',
  })
}

function rowOf({ data, shape: [, ...shape] }: Values, index: number): Values {
  const size = sizeOf(shape)
  return { data: data.subarray(index * size, (index + 1) * size), shape }
}
