/** Numbers as data sets hold them: any way of writing them down becomes one array and its shape. */
import { DlError, sameShape, showShape, showValue } from '@dl/core'

/** Floats become float32 tensors, the others int32. */
export type NumberArray = Float32Array | Float64Array | Int32Array | Uint8Array

/** Numbers in row-major order; like a tensor, but in memory that JavaScript owns. */
export interface Values {
  readonly data: NumberArray
  readonly shape: readonly number[]
}

/** What numbers may be written as. Plain ones are floats; see {@link int32} for ids and labels. */
export type Value = number | NumberArray | Values | readonly Value[]

/**
 * Whole numbers, such as ids and labels, however they are written: in batches they are int32.
 *
 * @example
 * ```ts
 * import { int32 } from '@dl/data'
 *
 * int32(3).shape.length // → 0
 * int32([[1, 2, 3], [4, 5, 6]]).shape // → 2,3
 * ```
 */
export function int32(value: Value): Values {
  const { data, shape } = toValues(value, 'int32')
  const bad = data.findIndex(number => !Number.isInteger(number))
  if (bad < 0) return { data: Int32Array.from(data), shape }
  throw new DlError('bad-value', {
    problem: `int32 got ${data[bad]}${shape.length > 0 ? ` at place ${bad}` : ''}`,
    expected: 'whole numbers',
  })
}

/**
 * @param name what error messages call it
 * @throws DlError `bad-value` for rows of different shapes and what is no number
 */
export function toValues(value: Value, name: string): Values {
  if (isNumberArray(value)) return { data: value, shape: [value.length] }
  if (typeof value === 'number') return { data: Float32Array.of(value), shape: [] }
  if (Array.isArray(value)) return fromNested(value, name)
  const { data, shape } = (value ?? {}) as Partial<Values>
  if (!isNumberArray(data) || !isShape(shape)) return refuse(value, name)
  const size = sizeOf(shape)
  if (size === data.length) return { data, shape }
  throw new DlError('bad-value', {
    problem: `${name} has ${data.length} numbers for the shape ${showShape(shape)}`,
    expected: `${size}`,
  })
}

const isShape = (shape: unknown): shape is readonly number[] =>
  Array.isArray(shape) && shape.every(size => Number.isSafeInteger(size) && size >= 0)

export const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1)

export const isInteger32 = (data: NumberArray): boolean =>
  data instanceof Int32Array || data instanceof Uint8Array

/** The rows of an array, put one after the other. */
function fromNested(rows: readonly Value[], name: string): Values {
  if (rows.length === 0) return { data: new Float32Array(0), shape: [0] }
  if (rows.every(row => typeof row === 'number')) {
    return { data: Float32Array.from(rows), shape: [rows.length] }
  }
  const parts = rows.map(row => toValues(row, name))
  const [first] = parts as [Values]
  const odd = parts.findIndex(({ shape }) => !sameShape(shape, first.shape))
  if (odd >= 0) {
    throw new DlError('bad-value', {
      problem: `${name} has a row 0 of shape ${showShape(first.shape)} and a row ${odd} of ${showShape(parts[odd]!.shape)}`,
      expected: 'rows of one shape',
    })
  }
  const size = sizeOf(first.shape)
  const whole = parts.every(({ data }) => isInteger32(data))
  const data = new (whole ? Int32Array : Float32Array)(rows.length * size)
  for (const [i, part] of parts.entries()) data.set(part.data, i * size)
  return { data, shape: [rows.length, ...first.shape] }
}

function isNumberArray(value: unknown): value is NumberArray {
  return (
    value instanceof Float32Array ||
    value instanceof Float64Array ||
    value instanceof Int32Array ||
    value instanceof Uint8Array
  )
}

function refuse(value: unknown, name: string): never {
  const type = (value as object | null | undefined)?.constructor?.name ?? showValue(value)
  throw new DlError('bad-value', {
    problem: `${name} has ${/^[aeiou]/i.test(type) ? 'an' : 'a'} ${type} where numbers should be`,
    expected:
      'a number, nested arrays of numbers, a Float32Array, Float64Array, Int32Array or Uint8Array, or { data, shape }',
  })
}
