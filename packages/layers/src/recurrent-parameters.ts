/** The parameters of one recurrent layer or cell, initialised as PyTorch's. */
import { Parameter, type RecurrentWeights } from '@dl/core'
import { uniform } from './init/distributions'
import { drawn } from './init/initialize'

export interface RecurrentParameters {
  wIh: Parameter
  wHh: Parameter
  /** null without biases */
  bIh: Parameter | null
  bHh: Parameter | null
}

/** All of them uniform over ±1/√hidden. */
export function recurrentParameters(
  inputs: number,
  hidden: number,
  gates: number,
  bias: boolean,
): RecurrentParameters {
  const bound = 1 / Math.sqrt(hidden)
  const values = uniform({ low: -bound, high: bound })
  const matrix = (rows: number) =>
    new Parameter(() => drawn([rows, gates * hidden], values), { torchAxes: [1, 0] })
  const vector = () => (bias ? new Parameter(() => drawn([gates * hidden], values)) : null)
  return { wIh: matrix(inputs), wHh: matrix(hidden), bIh: vector(), bHh: vector() }
}

export const valuesOf = ({ wIh, wHh, bIh, bHh }: RecurrentParameters): RecurrentWeights => ({
  wIh: wIh.value,
  wHh: wHh.value,
  ...(bIh && { bIh: bIh.value }),
  ...(bHh && { bHh: bHh.value }),
})
