import type { MeanMetric } from './metric'

/**
 * e to the mean cross-entropy: among how many tokens a model is undecided, on average.
 *
 * @example
 * ```ts
 * import { perplexity } from '@dl/train'
 *
 * perplexity.finish(Number.NaN, Math.log(56)).toFixed(1) // → 56.0
 * ```
 */
export const perplexity = {
  name: 'perplexity',
  finish: (_mean: number, loss: number): number => Math.exp(loss),
} satisfies MeanMetric
