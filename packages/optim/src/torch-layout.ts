/** What a rule remembers of a parameter, between its layout and PyTorch's. */
import type { Parameter } from '@dl/core'
import { clone, type Tensor, transpose } from '@tensorflow/tfjs-core'

export const toTorch = ({ torchAxes }: Parameter, slot: Tensor): Tensor =>
  torchAxes ? transpose(slot, [...torchAxes]) : clone(slot)

export const fromTorch = ({ torchAxes }: Parameter, slot: Tensor): Tensor =>
  torchAxes
    ? transpose(
        slot,
        torchAxes.map((_, axis) => torchAxes.indexOf(axis)),
      )
    : clone(slot)
