/** Examples side by side: the tensors of a batch. */
import { DlError, sameShape, showShape } from '@dl/core'
import { type Tensor, tensor } from '@tensorflow/tfjs-core'
import type { Example } from './array-dataset'
import type { Batch } from './loader'
import { isInteger32, type NumberArray, sizeOf, toValues, type Values } from './values'

/**
 * How items lie in the tensors of a batch:
 * - `rows`: item by item, [bs, …]
 * - `timeFirst`: [time, bs, …], as recurrent layers want sequences; single numbers are [bs]
 * - `columns`: as many inputs as an item is long, each [bs, …], for a `forward(c1, c2, c3)`; the
 *   target as in `rows`
 */
export type Layout = 'rows' | 'timeFirst' | 'columns'

export const LAYOUTS: readonly Layout[] = ['rows', 'timeFirst', 'columns']

/** @param indices the numbers of the examples, for error messages */
export function collate(
  examples: readonly Example[],
  indices: ArrayLike<number>,
  layout: Layout,
): Batch {
  const items = Array.from(examples, (example, i) => read(example, indices[i]!))
  const [first] = items as [Example<Values>]
  for (const [i, item] of items.entries()) requireAlike(first, item, indices[0]!, indices[i]!)
  // all arrays before the first tensor, so that nothing is left behind if one fails
  const inputs = first.inputs.flatMap((_, i) => {
    const stacked = stack(
      items.map(item => item.inputs[i]!),
      layout !== 'rows',
    )
    return layout === 'columns' ? split(stacked) : [stacked]
  })
  const target = stack(
    items.map(item => item.target),
    layout === 'timeFirst',
  )
  return { inputs: inputs.map(toTensor), target: toTensor(target), items: items.length }
}

function read(example: Example, index: number): Example<Values> {
  if (!Array.isArray(example?.inputs) || example.target === undefined) {
    throw new DlError('bad-item', {
      problem: `item ${index} is no example`,
      expected: '{ inputs: [one for each argument of the model], target }',
      fix: 'Return that from get(), or give the loader a collate function.',
    })
  }
  return {
    inputs: example.inputs.map((input, i) => toValues(input, `item ${index}: inputs[${i}]`)),
    target: toValues(example.target, `item ${index}: the target`),
  }
}

function requireAlike(a: Example<Values>, b: Example<Values>, indexA: number, indexB: number) {
  const complain = (inA: string, inB: string): never => {
    throw new DlError('bad-item', {
      problem: `item ${indexB} has ${inB}, item ${indexA} has ${inA}`,
      expected: 'items of one shape and type',
      fix: 'Cut or pad them in get(), or give the loader a collate function.',
    })
  }
  if (a.inputs.length !== b.inputs.length) {
    complain(`${a.inputs.length} inputs`, `${b.inputs.length} inputs`)
  }
  const compare = (name: string, { data, shape }: Values, other: Values) => {
    const show = ({ data, shape }: Values) => `${name} of ${dtypeOf(data)} ${showShape(shape)}`
    if (!sameShape(shape, other.shape) || dtypeOf(data) !== dtypeOf(other.data)) {
      complain(show({ data, shape }), show(other))
    }
  }
  for (const [i, input] of a.inputs.entries()) compare(`inputs[${i}]`, input, b.inputs[i]!)
  compare('the target', a.target, b.target)
}

/** A new first axis for the items; second, where `second` is set and they have an axis at all. */
function stack(values: readonly Values[], second: boolean): Values {
  const [{ data, shape }] = values as [Values]
  const bs = values.length
  const size = sizeOf(shape)
  const out = new (isInteger32(data) ? Int32Array : Float32Array)(bs * size)
  if (!second || shape.length === 0) {
    for (const [i, value] of values.entries()) out.set(value.data, i * size)
    return { data: out, shape: [bs, ...shape] }
  }
  const [time, ...rest] = shape as [number, ...number[]]
  const width = sizeOf(rest)
  for (const [i, { data }] of values.entries()) {
    for (let k = 0; k < size; k++) {
      const t = Math.floor(k / width)
      out[(t * bs + i) * width + (k - t * width)] = data[k]!
    }
  }
  return { data: out, shape: [time, bs, ...rest] }
}

/** Along the first axis. */
function split({ data, shape }: Values): Values[] {
  const [length, ...rest] = shape
  // a single number is its own only column
  if (rest.length === 0) return [{ data, shape }]
  const size = sizeOf(rest)
  return Array.from({ length: length! }, (_, i) => ({
    data: data.slice(i * size, (i + 1) * size),
    shape: rest,
  }))
}

const dtypeOf = (data: NumberArray) => (isInteger32(data) ? 'int32' : 'float32')

const toTensor = ({ data, shape }: Values): Tensor =>
  tensor(data as Float32Array | Int32Array, [...shape], dtypeOf(data))
