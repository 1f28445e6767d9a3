/** Choosing the next token from a model's scores. */
import type { Generator } from '@dl/core'

export interface SampleOptions {
  /** Below 1 the likely gets likelier, above 1 the choice is wilder (default 1). */
  temperature?: number
  /** Always the likeliest token (default false). */
  greedy?: boolean
  /** Tokens never to be chosen. */
  banned?: ReadonlySet<number>
}

/**
 * The index of one token, drawn with probability softmax(scores / temperature).
 *
 * @param scores one for each token, unnormalised
 */
export function sample(
  scores: ArrayLike<number>,
  generator: Generator,
  { temperature = 1, greedy = false, banned }: SampleOptions = {},
): number {
  const allowed = Array.from(scores, (score, id) => (banned?.has(id) ? -Infinity : score))
  const peak = allowed.reduce((a, b) => Math.max(a, b), -Infinity)
  if (greedy) return allowed.indexOf(peak)
  const weights = allowed.map(score => Math.exp((score - peak) / temperature))
  let rest = generator.next() * weights.reduce((a, b) => a + b, 0)
  for (const [id, weight] of weights.entries()) {
    rest -= weight
    if (rest < 0) return id
  }
  // rounding left a sliver: the last token that has any weight
  return weights.findLastIndex(weight => weight > 0)
}
