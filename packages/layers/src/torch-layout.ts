/** Between our layout ([in, out] for a matrix) and PyTorch's, by the axes a parameter names. */
import { type Buffer, isParameter, type Parameter } from '@dl/core'
import { clone, type Tensor, transpose } from '@tensorflow/tfjs-core'

export type Stored = Parameter | Buffer

const axesOf = (part: Stored): readonly number[] | null =>
  isParameter(part) ? part.torchAxes : null

export function torchShape(part: Stored): number[] {
  const { shape } = part.value
  return axesOf(part)?.map(axis => shape[axis]!) ?? shape
}

export function toTorch(part: Stored): Tensor {
  const axes = axesOf(part)
  return axes ? transpose(part.value, [...axes]) : clone(part.value)
}

/** May be `value` itself, where the layouts are the same. */
export function fromTorch(part: Stored, value: Tensor): Tensor {
  const axes = axesOf(part)
  return axes
    ? transpose(
        value,
        axes.map((_, axis) => axes.indexOf(axis)),
      )
    : value
}
