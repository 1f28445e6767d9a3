/** What a language model expects next. */
import { checkOptions } from '@dl/core'
import type { Module } from '@dl/layers'
import { aside } from './aside'
import { requireCount, requireField, requireFunction, requireModel, requireTokens } from './checks'
import type { Field } from './field'
import { nextScores, type OnUnknown, readPrompt, warnOfUnknown } from './next-scores'
import { likeliest, type NextToken, probabilities } from './next-token'

export interface PredictNextOptions {
  /** How many tokens to name (default 5). */
  topK?: number
  /** Called once with the tokens of the prompt that the vocabulary lacks (default: a warning). */
  onUnknown?: OnUnknown
}

/**
 * The likeliest tokens after `prompt`, likeliest first. Like {@link generate} it leaves the model's
 * mode and carried state alone.
 *
 * @param model from int32 ids [time, batch] to scores [time, batch, vocab]
 * @throws DlError `bad-option` for an empty prompt or a `topK` below 1; `bad-scores` for a model that
 *   has diverged
 *
 * @example
 * ```ts
 * import { CharLM, chars, Field, predictNext } from '@dl/text'
 *
 * const field = new Field({ tokenize: chars })
 * field.build(['abracadabra'])
 * const model = new CharLM({ vocab: field.vocab.size, hidden: 8 })
 * const next = await predictNext(model, field, 'abra', { topK: 3 })
 * next.length // → 3
 * next[0]!.probability >= next[1]!.probability // → true
 * model.dispose()
 * ```
 */
export async function predictNext(
  model: Module,
  field: Field,
  prompt: string,
  options: PredictNextOptions = {},
): Promise<NextToken[]> {
  const { topK = 5, onUnknown = warnOfUnknown('predictNext') } = checkOptions(
    'predictNext',
    options,
    ['topK', 'onUnknown'],
  )
  requireModel('predictNext', model)
  requireField('predictNext', field)
  requireCount("predictNext's topK", topK)
  requireFunction('onUnknown', onUnknown)
  const tokens = field.tokens(prompt)
  requireTokens('predictNext', tokens)
  const ids = readPrompt(field, tokens, onUnknown)
  const stream = aside(model)
  try {
    return likeliest(field.vocab, probabilities(await nextScores(model, stream, ids)), topK)
  } finally {
    stream.dispose()
  }
}
