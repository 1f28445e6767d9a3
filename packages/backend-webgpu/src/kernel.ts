/** What a kernel of this package gets, and how it is put into tfjs's registry. */
import { DlError, showShape } from '@dl/core'
import type { DataType, KernelFunc, TensorInfo } from '@tensorflow/tfjs-core'
import type { TrainingWebGPU } from './backend'

// biome-ignore lint/suspicious/noExplicitAny: attributes are as free as tfjs's own
export type Attrs = Record<string, any>
export type Inputs = Record<string, TensorInfo>

export interface KernelCall {
  backend: TrainingWebGPU
  inputs: Inputs
  attrs: Attrs
}

export interface Kernel {
  /** The name in tfjs's registry. */
  name: string
  run(call: KernelCall): TensorInfo | TensorInfo[]
}

export const kernelFunc =
  ({ run }: Kernel): KernelFunc =>
  ({ inputs, attrs, backend }) => {
    const call = { backend, inputs, attrs: attrs ?? {} }
    return run(call as unknown as KernelCall) as TensorInfo | TensorInfo[]
  }

export type { KernelRepair as Repair } from '@dl/core'

/** @throws DlError `shape-mismatch`, as a program would read past the end */
export function expectShapes(
  kernel: string,
  inputs: Inputs,
  shapes: Record<string, number[]>,
  dtype: DataType = 'float32',
): void {
  for (const [name, shape] of Object.entries(shapes)) {
    const info = inputs[name]
    if (info === undefined || (info.dtype === dtype && same(info.shape, shape))) continue
    throw new DlError('shape-mismatch', {
      problem: `${kernel} got ${name} as ${info.dtype} ${showShape(info.shape)}`,
      expected: `${dtype} ${showShape(shape)}`,
    })
  }
}

const same = (a: number[], b: number[]): boolean =>
  a.length === b.length && a.every((size, i) => size === b[i])
