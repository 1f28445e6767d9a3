/** How likely a model finds the tokens that could come next. */
import { unusable } from './sample'
import type { Vocab } from './vocab'

/** A token and how likely it is to come next. */
export interface NextToken {
  token: string
  probability: number
}

/** A token that was written, with the probability the model gave it, whatever the temperature was. */
export interface WrittenToken extends NextToken {
  /** The tokens that the model found likeliest in its place, likeliest first (default 5). */
  likeliest(topK?: number): NextToken[]
}

export function writtenToken(vocab: Vocab, scores: ArrayLike<number>, id: number): WrittenToken {
  const all = probabilities(scores)
  return {
    token: vocab.token(id),
    probability: all[id]!,
    likeliest: (topK = 5) => likeliest(vocab, all, topK),
  }
}

export const likeliest = (vocab: Vocab, all: readonly number[], topK: number): NextToken[] =>
  all
    .map((probability, id) => ({ token: vocab.token(id), probability }))
    .sort((a, b) => b.probability - a.probability)
    .slice(0, topK)

/** softmax(scores) */
export function probabilities(scores: ArrayLike<number>): number[] {
  let peak = -Infinity
  for (let i = 0; i < scores.length; i++) peak = Math.max(peak, scores[i]!)
  if (!Number.isFinite(peak)) throw unusable(peak)
  const weights = Array.from(scores, score => Math.exp(score - peak))
  const total = weights.reduce((a, b) => a + b, 0)
  return weights.map(weight => weight / total)
}
