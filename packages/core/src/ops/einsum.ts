/**
 * Sums of products of one or two tensors. tfjs's kernels for them leave dimensions standing that only
 * one of two factors has (`ij,j->`), and multiply all with all before they sum; these are products of
 * matrices.
 */
import { matMul, reshape, sum, type Tensor, transpose } from '@tensorflow/tfjs-core'

/** A tensor and a letter for each of its dimensions. */
interface Term {
  x: Tensor
  names: string
}

/** The names of the factors and of the output. */
export const parse = (equation: string): [terms: string, output: string] =>
  equation.replace(/\s/g, '').split('->') as [string, string]

/** `terms` without arrow: the names of the factors, `ij,jk`. */
export function contract(terms: string, output: string, factors: readonly Tensor[]): Tensor {
  const names = terms.split(',')
  const [a, b] = factors.map((x, i) => {
    const others = names.filter((_, j) => j !== i).join('') + output
    return total({ x, names: names[i]! }, others)
  })
  return arrange(b ? multiply(a!, b, output) : a!, output)
}

/** Summed over the dimensions that are not among those to keep. */
function total({ x, names }: Term, kept: string): Term {
  const axes = [...names].flatMap((name, axis) => (kept.includes(name) ? [] : [axis]))
  const left = [...names].filter(name => kept.includes(name)).join('')
  return { x: axes.length > 0 ? sum(x, axes) : x, names: left }
}

function multiply(a: Term, b: Term, output: string): Term {
  const both = [...a.names].filter(name => b.names.includes(name))
  const batch = both.filter(name => output.includes(name)).join('')
  const summed = both.filter(name => !output.includes(name)).join('')
  const [left, right] = [a, b].map(({ names }) =>
    [...names].filter(name => !both.includes(name)).join(''),
  )
  const matrices = ({ x, names }: Term, rows: string, columns: string): Tensor => {
    const size = (some: string) =>
      [...some].reduce((product, name) => product * x.shape[names.indexOf(name)]!, 1)
    const ordered = arrange({ x, names }, batch + rows + columns)
    return reshape(ordered, [size(batch), size(rows), size(columns)])
  }
  const product = matMul(matrices(a, left!, summed), matrices(b, summed, right!))
  const names = batch + left + right
  const shape = [...names].map(name => {
    const { x, names } = a.names.includes(name) ? a : b
    return x.shape[names.indexOf(name)]!
  })
  return { x: reshape(product, shape), names }
}

function arrange({ x, names }: Term, order: string): Tensor {
  return names === order
    ? x
    : transpose(
        x,
        [...order].map(name => names.indexOf(name)),
      )
}
