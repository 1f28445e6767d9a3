/** Layers of two directions: each reads what both of the layer before put out (Schuster and Paliwal, 1997). */
import type { RecurrentWeights } from '@dl/core'
import { concat, reverse, slice, type Tensor } from '@tensorflow/tfjs-core'

type State = Record<string, Tensor>

/** One layer in one direction. */
type Run<S extends State> = (
  x: Tensor,
  state: S,
  weights: RecurrentWeights,
) => S & { output: Tensor }

/**
 * @param state each [2·layers, batch, hidden]: forward and backward by turns, as PyTorch's
 * @param weights in this order
 * @param between applied to what goes from layer to layer
 */
export function bothDirections<S extends State>(
  x: Tensor,
  state: S,
  weights: readonly RecurrentWeights[],
  run: Run<S>,
  between: (x: Tensor) => Tensor,
): S & { output: Tensor } {
  let output = x
  const finals: State[] = []
  for (let i = 0; i < weights.length; i += 2) {
    const input = i === 0 ? output : between(output)
    const { output: ahead, ...last } = run(input, part(state, i), weights[i]!)
    const { output: back, ...first } = run(reverse(input, 0), part(state, i + 1), weights[i + 1]!)
    finals.push(last, first)
    output = concat([ahead, reverse(back, 0)], 2)
  }
  const names = Object.keys(state)
  const joined = names.map(name => [name, concat(finals.map(final => final[name]!))] as const)
  return { ...(Object.fromEntries(joined) as S), output }
}

/** The state of the `i`-th. */
function part<S extends State>(state: S, i: number): S {
  const parts = Object.entries(state).map(([name, t]) => {
    const [, batch, hidden] = t.shape as [number, number, number]
    return [name, slice(t, [i, 0, 0], [1, batch, hidden])] as const
  })
  return Object.fromEntries(parts) as S
}
