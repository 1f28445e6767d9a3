/** Choosing the next token from a model's scores. */
import { checkOptions, DlError, type Generator, showValue } from '@dl/core'
import { requireCount, requireGenerator } from './checks'

export interface SampleOptions {
  /**
   * Below 1 the likely gets likelier, above 1 the choice is wilder (default 1). At 0 it is the likeliest
   * token, as with `greedy`; at Infinity all that are left are equally likely.
   */
  temperature?: number
  /** Choose among the so many likeliest only (default: all). */
  topK?: number
  /**
   * Choose among the likeliest only, as few as have this probability together, after temperature and
   * `topK` (nucleus sampling; default 1: all).
   */
  topP?: number
  /** Always the likeliest token (default false). */
  greedy?: boolean
  /** Tokens never to be chosen. */
  banned?: ReadonlySet<number>
}

const NAMES = ['temperature', 'topK', 'topP', 'greedy', 'banned'] as const

/**
 * The index of one token, drawn with probability softmax(scores / temperature).
 *
 * @param scores one for each token, unnormalised
 * @throws DlError `bad-option` for an option out of range; `bad-scores` for scores that hold NaN or
 *   leave nothing to choose
 *
 * @example
 * ```ts
 * import { Generator } from '@dl/core'
 * import { sample } from '@dl/text'
 *
 * sample([0.1, 3, 2.9], new Generator(1), { topK: 1 }) // → 1
 * ```
 */
export function sample(
  scores: ArrayLike<number>,
  generator: Generator,
  options: SampleOptions = {},
): number {
  requireSampling(checkOptions('sample', options, NAMES))
  requireGenerator("sample's generator", generator ?? null)
  if (!(Number.isInteger(scores?.length) && scores.length > 0) || typeof scores === 'string') {
    throw new DlError('bad-scores', {
      problem: `the scores are ${showValue(scores)}`,
      expected: 'a number for each token',
    })
  }
  const { temperature = 1, topK, topP = 1, greedy = false, banned } = options
  const allowed = Array.from(scores, (score, id) => (banned?.has(id) ? -Infinity : score))
  const peak = allowed.reduce((a, b) => Math.max(a, b), -Infinity)
  if (!Number.isFinite(peak)) throw unusable(peak)
  if (greedy || temperature === 0) return allowed.indexOf(peak)

  // −∞ / ∞ is not a number
  const weights = allowed.map(score =>
    score === -Infinity ? 0 : Math.exp((score - peak) / temperature),
  )
  if (topK !== undefined || topP < 1) keepLikeliest(weights, allowed, topK ?? weights.length, topP)
  let rest = generator.next() * sum(weights)
  for (const [id, weight] of weights.entries()) {
    rest -= weight
    if (rest < 0) return id
  }
  // rounding left a sliver: the last token that has any weight
  return weights.findLastIndex(weight => weight > 0)
}

/** Takes their weight from all but the likeliest; of two alike the first is likelier. */
function keepLikeliest(
  weights: number[],
  scores: readonly number[],
  topK: number,
  topP: number,
): void {
  // by scores: at a high temperature the weights are alike
  const order = [...weights.keys()].sort((a, b) =>
    scores[a] === scores[b] ? a - b : scores[b]! - scores[a]!,
  )
  const enough = topP * sum(order.slice(0, topK).map(id => weights[id]!))
  let kept = 0
  for (const [rank, id] of order.entries()) {
    const weight = weights[id]!
    if (rank >= topK || (rank > 0 && kept >= enough)) weights[id] = 0
    kept += weight
  }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0)

/** @throws DlError `bad-option` for an option out of range */
export function requireSampling({
  temperature = 1,
  topK = 1,
  topP = 1,
  banned,
}: SampleOptions): void {
  const complain = (problem: string, expected: string): never => {
    throw new DlError('bad-option', { problem, expected })
  }
  if (typeof temperature !== 'number' || !(temperature >= 0))
    complain(`the temperature is ${showValue(temperature)}`, 'a number of at least 0')
  requireCount('topK', topK)
  if (typeof topP !== 'number' || !(topP > 0 && topP <= 1)) {
    complain(`topP is ${showValue(topP)}`, 'a number above 0, at most 1')
  }
  if (banned !== undefined && typeof (banned as ReadonlySet<number> | null)?.has !== 'function') {
    complain(`banned is ${showValue(banned)}`, 'a Set of token numbers')
  }
}

/** The complaint about scores whose largest is not finite. */
export function unusable(peak: number): DlError {
  if (peak === -Infinity) {
    return new DlError('bad-scores', {
      problem: 'no token is left to choose from',
      expected: 'a finite score for one at least that is not banned',
    })
  }
  return new DlError('bad-scores', {
    problem: `the scores hold ${peak}`,
    expected: 'finite numbers',
    fix: 'The model has diverged: lower the learning rate, or load an earlier checkpoint.',
  })
}
