/** What the exported graph takes, checked. */
import { checkOptions, DlError, showValue } from '@dl/core'
import { type Tensor, zeros } from '@tensorflow/tfjs-core'
import { MOST_NAMES, type Sizes } from './dims'

/** Sizes; a name stands for a size that is open: `['N', 28, 28, 1]`. */
export type InputShape = readonly (number | string)[]

/** An input's shape, of float32, or shape and type. */
export type InputSpec = InputShape | { shape: InputShape; dtype: 'float32' | 'int32' | 'bool' }

export interface CheckedInput {
  shape: InputShape
  dtype: 'float32' | 'int32' | 'bool'
}

const DTYPES = ['float32', 'int32', 'bool']

export function checkInputs(inputs: unknown): Record<string, CheckedInput> {
  const entries = isRecord(inputs) ? Object.entries(inputs) : []
  if (entries.length === 0) {
    throw bad(`inputs ${showValue(inputs)}`, "shapes by name: { x: ['N', 28, 28, 1] }")
  }
  const checked = entries.map(([name, spec]) => [name, checkInput(name, spec)] as const)
  const names = new Set(checked.flatMap(([, { shape }]) => shape.filter(isName)))
  if (names.size > MOST_NAMES) {
    throw bad(`${names.size} named dimensions`, `at most ${MOST_NAMES}`)
  }
  return Object.fromEntries(checked)
}

/** The names of open dimensions, in the order in which they come. */
export const namesIn = (inputs: Record<string, CheckedInput>): string[] => [
  ...new Set(Object.values(inputs).flatMap(({ shape }) => shape.filter(isName))),
]

/** Inputs to trace with; what is in them does not matter. */
export function samples(
  inputs: Record<string, CheckedInput>,
  sizes: Sizes,
  run: 0 | 1,
): Record<string, Tensor> {
  const tensors = Object.entries(inputs).map(([name, { shape, dtype }]) => {
    const numbers = shape.map(size => (typeof size === 'number' ? size : sizes[size]![run]!))
    return [name, zeros(numbers, dtype)] as const
  })
  return Object.fromEntries(tensors)
}

function checkInput(name: string, spec: unknown): CheckedInput {
  const given: Partial<CheckedInput> = Array.isArray(spec)
    ? { shape: spec }
    : checkOptions(`toOnnx's input ${name}`, (spec ?? {}) as Partial<CheckedInput>, [
        'shape',
        'dtype',
      ])
  const { shape, dtype = 'float32' } = given
  const isShape =
    Array.isArray(shape) &&
    shape.every(size => (isName(size) ? size !== '' : Number.isInteger(size) && Number(size) > 0))
  if (!isShape) {
    throw bad(
      `input ${name} of shape ${showValue(shape)}`,
      'integers of at least 1, and names for sizes that are open',
    )
  }
  if (!DTYPES.includes(dtype)) {
    throw bad(`input ${name} of type ${showValue(dtype)}`, DTYPES.join(', '))
  }
  return { shape: shape as InputShape, dtype }
}

const isName = (size: unknown): size is string => typeof size === 'string'

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const bad = (got: string, expected: string) =>
  new DlError('bad-option', { problem: `toOnnx got ${got}`, expected })
