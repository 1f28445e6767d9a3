/** The operations that every backend of tfjs may know, by the names of their kernels where tfjs's API hides them. */
import {
  add,
  conv2d,
  engine,
  exp,
  matMul,
  type NamedAttrMap,
  type NamedTensorMap,
  relu,
  type Tensor,
  type Tensor4D,
  tensor,
  tidy,
} from '@tensorflow/tfjs-core'
import type { Task } from '../harness/protocol'
import type { Operation } from './_timed'

type Sizes = Record<string, number>

const kernel = (name: string, inputs: NamedTensorMap, attrs: object): Tensor =>
  engine().runKernel(name, inputs, attrs as NamedAttrMap)

/** Numbers between -1 and 1 without a pattern that would be easy on anyone. */
export function values(shape: number[]): Tensor {
  const array = new Float32Array(shape.reduce((a, b) => a * b, 1))
  for (let i = 0; i < array.length; i++) array[i] = ((i * 0.6180339887) % 2) - 1
  return tensor(array, shape)
}

/** Makes the inputs of a task and gives what computes its result from them. */
export type Maker = (task: Task) => { inputs: Tensor[]; compute(): unknown }

export const tfjsMakers: Record<string, Maker> = {
  matMul(task) {
    const { batch, m, k, n } = task as unknown as Sizes
    const { transposeA, transposeB } = task as unknown as Record<string, boolean>
    const outer = batch! > 1 ? [batch!] : []
    const a = values([...outer, ...(transposeA ? [k!, m!] : [m!, k!])])
    const b = values([...outer, ...(transposeB ? [n!, k!] : [k!, n!])])
    return { inputs: [a, b], compute: () => matMul(a, b, transposeA, transposeB) }
  },

  conv(task) {
    const { n, size, c, o, filter: k, stride, pad } = task as unknown as Sizes
    const out = Math.floor((size! + 2 * pad! - k!) / stride!) + 1
    const x = values([n!, size!, size!, c!])
    const filter = values([k!, k!, c!, o!])
    const dy = values([n!, out, out, o!])
    const attrs = { strides: stride!, pad: pad!, dataFormat: 'NHWC', dimRoundingMode: 'floor' }
    const passes: Record<string, () => Tensor> = {
      forward: () => conv2d(x as Tensor4D, filter as Tensor4D, stride!, pad!, 'NHWC', 1, 'floor'),
      input: () => kernel('Conv2DBackpropInput', { dy, filter }, { ...attrs, inputShape: x.shape }),
      filter: () =>
        kernel('Conv2DBackpropFilter', { x, dy }, { ...attrs, filterShape: filter.shape }),
    }
    return { inputs: [x, filter, dy], compute: passes[task.pass as string]! }
  },

  pool(task) {
    const { n, size, c, filter, stride, pad } = task as unknown as Sizes
    const name = task.kind === 'max' ? 'MaxPool' : 'AvgPool'
    const attrs = { filterSize: filter!, strides: stride!, pad: pad!, dimRoundingMode: 'floor' }
    const x = values([n!, size!, size!, c!])
    const y = kernel(name, { x }, attrs)
    const dy = values(y.shape)
    const given: NamedTensorMap =
      task.kind === 'max' ? { dy, input: x, output: y } : { dy, input: x }
    const compute =
      task.pass === 'forward'
        ? () => kernel(name, { x }, attrs)
        : () => kernel(`${name}Grad`, given, attrs)
    return { inputs: [x, y, dy], compute }
  },

  elementwise(task) {
    const [a, b] = [values([task.length as number]), values([task.length as number])]
    const kinds: Record<string, () => Tensor> = {
      add: () => add(a, b),
      relu: () => relu(a),
      exp: () => exp(a),
    }
    return { inputs: [a, b], compute: kinds[task.kind as string]! }
  },
}

/** A backend of tfjs computes at once; its results are thrown away. */
export function operation(makers: Record<string, Maker>, task: Task): Operation {
  const maker = makers[task.op]
  if (maker === undefined) throw new Error(`it has no ${task.op}`)
  const { inputs, compute } = maker(task)
  return {
    run: () => {
      tidy(() => {
        compute()
      })
    },
    dispose: () => {
      for (const input of inputs) input.dispose()
    },
  }
}
