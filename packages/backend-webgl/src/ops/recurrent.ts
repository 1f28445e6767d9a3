/**
 * Recurrent layers over a whole sequence. A step must not read the texture it writes, so even and odd
 * steps have one each.
 */
import type { KernelFunc } from '@tensorflow/tfjs-core'
import { backward } from './recurrent-backward'
import { cells } from './recurrent-cells'
import { forward } from './recurrent-forward'

const cellOf = {
  DlLstm: () => cells.DlLstm,
  DlGru: () => cells.DlGru,
  DlRnn: (attrs: unknown) => cells[(attrs as { nonlinearity: 'tanh' | 'relu' }).nonlinearity],
}

export const recurrent: Record<string, KernelFunc> = Object.fromEntries(
  Object.entries(cellOf).flatMap(([name, cell]) => [
    [name, forward(cell)],
    [`${name}Grad`, backward(cell)],
  ]),
)
