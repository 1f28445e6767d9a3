/** Ways to call a kernel wrongly, made from a right call. */
import type { DataType } from '@tensorflow/tfjs-core'
import { floats, type Value } from '../helpers'
import type { Call } from './calls'

export interface Spoiled {
  /** What was changed. */
  how: string
  call: Call
  /** The input that is disposed before the call. */
  disposed?: string
}

const replaced = ({ inputs, attrs }: Call, name: string, value: Value): Call => ({
  inputs: { ...inputs, [name]: value },
  attrs,
})

/** Lists stay lists. */
function without({ inputs, attrs }: Call, name: string): Call {
  const left = Object.entries(inputs).filter(([other]) => other !== name)
  const isList = '0' in inputs
  const renamed = left.map(([other, value], i) => [isList ? i : other, value])
  return { inputs: Object.fromEntries(renamed), attrs }
}

/** The same numbers, or as many as the type allows, as another type. */
const as = (dtype: DataType, { values, shape }: Value): Value => {
  if (dtype === 'complex64') return { values, shape, dtype }
  const integers = Int32Array.from(values, x => Math.abs(Math.round(x)))
  if (dtype === 'int32') return { values: integers, shape, dtype }
  return { values: Uint8Array.from(integers, x => (x > 0 ? 1 : 0)), shape, dtype }
}

const reshaped = ({ dtype }: Value, shape: number[]): Value => {
  const value = floats(...shape)
  return dtype === 'float32' ? value : as(dtype, value)
}

function otherShapes(shape: number[]): number[][] {
  const around = shape.flatMap((size, i) => [0, size - 1, size + 1].map(to => shape.with(i, to)))
  return [
    ...around,
    shape.slice(1),
    shape.slice(0, -1),
    [1, ...shape],
    [...shape, 1],
    [2, ...shape],
    [0],
    [],
    [2, 1, 2, 1, 2, 1, 2],
  ]
}

/** Each input, and all of them alike, with another shape or type; each left out and disposed. */
export function spoiledInputs(call: Call): Spoiled[] {
  const all: Spoiled[] = []
  const types: DataType[] = ['float32', 'int32', 'bool', 'complex64']
  for (const [name, value] of Object.entries(call.inputs)) {
    for (const shape of otherShapes(value.shape)) {
      all.push({
        how: `${name} [${shape}]`,
        call: replaced(call, name, reshaped(value, shape)),
      })
    }
    for (const dtype of types.filter(type => type !== value.dtype)) {
      all.push({ how: `${name} ${dtype}`, call: replaced(call, name, as(dtype, value)) })
    }
    all.push({ how: `no ${name}`, call: without(call, name) })
    all.push({ how: `${name} disposed`, call, disposed: name })
  }
  const everywhere = (how: string, change: (value: Value) => Value) =>
    all.push({
      how: `all ${how}`,
      call: {
        inputs: Object.fromEntries(
          Object.entries(call.inputs).map(([name, value]) => [name, change(value)]),
        ),
        attrs: call.attrs,
      },
    })
  everywhere('of rank 7', value => reshaped(value, [2, 1, 3, 1, 2, 1, 2]))
  everywhere('scalars', value => reshaped(value, []))
  for (const dtype of types) everywhere(dtype, value => as(dtype, value))
  for (const i of [0, 1]) {
    everywhere(`0 in dimension ${i}`, value =>
      value.shape.length > i ? reshaped(value, value.shape.with(i, 0)) : value,
    )
  }
  return all
}

/** Each attribute changed to what it must not be. */
export function spoiledAttrs({ inputs, attrs }: Call): Spoiled[] {
  return Object.entries(attrs).flatMap(([name, value]) =>
    otherValues(value).map(other => ({
      how: `${name} ${JSON.stringify(other, (_, x) => (Number.isNaN(x) ? 'NaN' : x))}`,
      call: { inputs, attrs: { ...attrs, [name]: other } },
    })),
  )
}

function otherValues(value: unknown): unknown[] {
  if (typeof value === 'number') return [-1, 0, 7, 0.5, Number.NaN]
  if (typeof value === 'boolean') return [!value]
  if (typeof value === 'string') return ['nonsense']
  if (!Array.isArray(value)) return []
  const each = value.flatMap((item, i) => otherValues(item).map(other => value.with(i, other)))
  return [[], value.slice(1), [...value, value[0]], ...each]
}
