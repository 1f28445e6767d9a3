/** Text from a language model, one token after the other. */
import { checkOptions, defaultGenerator, Generator } from '@dl/core'
import type { Module } from '@dl/layers'
import { aside } from './aside'
import { requireCount, requireField, requireFunction, requireModel, requireTokens } from './checks'
import { END_OF_TEXT, type Field } from './field'
import { nextScores, type OnUnknown, readPrompt, warnOfUnknown } from './next-scores'
import { type WrittenToken, writtenToken } from './next-token'
import { requireSampling, type SampleOptions, sample } from './sample'
import { pieceOf } from './tokenizer'
import { PADDING, UNKNOWN } from './vocab'

export interface GenerateOptions extends Omit<SampleOptions, 'banned'> {
  /** How many tokens to add (default 400). */
  length?: number
  /** Makes the text repeatable (default: the default generator decides). */
  seed?: number
  /**
   * Called with each new token's text, and the space before it if there is one, as it comes, and with
   * what the model expected there.
   */
  onToken?(text: string, written: WrittenToken): void
  /**
   * Called once with the tokens of the prompt that the vocabulary lacks, which the model reads as `<unk>`
   * (default: they are named in a warning).
   */
  onUnknown?: OnUnknown
}

/**
 * Continues `prompt`. The prompt is fed once and then each token once, the model carrying its state
 * (the lesson fed a sliding window anew for every character). That state belongs to this text: calls
 * may overlap each other and training, whose mode and carried state stay as they are.
 *
 * @param model from int32 ids [time, batch] to scores [time, batch, vocab]
 * @returns the prompt as it came and what follows
 * @throws DlError `bad-option` for an empty prompt, a length or one of {@link SampleOptions} out of
 *   range; `unknown-token` for a prompt with one where the vocabulary has no `<unk>`
 *
 * @example
 * ```ts
 * import { CharLM, chars, Field, generate } from '@dl/text'
 *
 * const field = new Field({ tokenize: chars })
 * field.build(['abracadabra'])
 * const model = new CharLM({ vocab: field.vocab.size, hidden: 8 })
 * const text = await generate(model, field, 'abra', { length: 6, seed: 1 })
 * text.length // → 10
 * model.dispose()
 * ```
 */
export async function generate(
  model: Module,
  field: Field,
  prompt: string,
  options: GenerateOptions = {},
): Promise<string> {
  const {
    length = 400,
    seed,
    onToken,
    onUnknown = warnOfUnknown('generate'),
    ...sampling
  } = checkOptions('generate', options, [
    'length',
    'seed',
    'onToken',
    'onUnknown',
    'temperature',
    'topK',
    'topP',
    'greedy',
  ])
  requireModel('generate', model)
  requireField('generate', field)
  requireFunction('onToken', onToken)
  requireFunction('onUnknown', onUnknown)
  const tokens = field.tokens(prompt)
  requireTokens('generate', tokens)
  requireCount("generate's length", length, 0)
  requireSampling(sampling)
  const { vocab } = field
  let fed = readPrompt(field, tokens, onUnknown)
  const generator = seed === undefined ? defaultGenerator() : new Generator(seed)
  const banned = new Set(
    [UNKNOWN, PADDING, END_OF_TEXT].flatMap(token => vocab.stoi.get(token) ?? []),
  )
  const stream = aside(model)
  let text = prompt
  try {
    for (let i = 0; i < length; i++) {
      const scores = await nextScores(model, stream, fed)
      const id = sample(scores, generator, { ...sampling, banned })
      tokens.push(vocab.token(id))
      const piece = pieceOf(field.joint, tokens, tokens.length - 1)
      // a prompt that ends with a space has the one that would stand before the next word
      const added =
        i === 0 && prompt.endsWith(' ') && piece !== vocab.token(id)
          ? piece.replace(/^ /, '')
          : piece
      text += added
      onToken?.(added, writtenToken(vocab, scores, id))
      fed = Int32Array.of(id)
    }
    return text
  } finally {
    stream.dispose()
  }
}
