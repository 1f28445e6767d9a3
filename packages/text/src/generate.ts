/** Text from a language model, one token after the other. */
import { DlError, defaultGenerator, detach, Generator } from '@dl/core'
import type { Module } from '@dl/layers'
import { slice, type Tensor, tensor, tidy } from '@tensorflow/tfjs-core'
import { END_OF_TEXT, type Field } from './field'
import { requireSampling, type SampleOptions, sample } from './sample'
import { pieceOf } from './tokenizer'
import { PADDING, UNKNOWN } from './vocab'

export interface GenerateOptions extends Omit<SampleOptions, 'banned'> {
  /** How many tokens to add (default 400). */
  length?: number
  /** Makes the text repeatable (default: the default generator decides). */
  seed?: number
  /** Called with each new token's text, and the space before it if there is one, as it comes. */
  onToken?(text: string): void
}

/**
 * Continues `prompt`. The prompt is fed once and then each token once, the model carrying its state
 * (the lesson fed a sliding window anew for every character). The model's mode and carried state
 * are put back, so this may be called in the middle of training.
 *
 * @param model from int32 ids [time, batch] to scores [time, batch, vocab]
 * @returns the prompt (as the field reads it) and what follows
 * @throws DlError `bad-option` for an empty prompt, a length or one of {@link SampleOptions} out of range
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
  { length = 400, seed, onToken, ...sampling }: GenerateOptions = {},
): Promise<string> {
  const ids = [...field.encode(prompt)]
  checkOptions(ids.length, length)
  requireSampling(sampling)
  const generator = seed === undefined ? defaultGenerator() : new Generator(seed)
  const { vocab } = field
  const banned = new Set(
    [UNKNOWN, PADDING, END_OF_TEXT].flatMap(token => vocab.stoi.get(token) ?? []),
  )
  const tokens = ids.map(id => vocab.token(id))
  const putBack = setAside(model)
  try {
    let fed = Int32Array.from(ids)
    for (let i = 0; i < length; i++) {
      const scores = await lastScores(model, fed)
      const id = sample(scores, generator, { ...sampling, banned })
      ids.push(id)
      tokens.push(vocab.token(id))
      onToken?.(pieceOf(field.joint, tokens, tokens.length - 1))
      fed = Int32Array.of(id)
    }
    return field.decode(ids)
  } finally {
    putBack()
  }
}

/** Scores for the token after `ids`, which go in as one stream. */
async function lastScores(model: Module, ids: Int32Array): Promise<ArrayLike<number>> {
  const scores = tidy(() => {
    const logits: Tensor = model.call(tensor(ids, [ids.length, 1], 'int32'))
    return slice(logits, [ids.length - 1, 0, 0], [1, 1, -1])
  })
  try {
    return await scores.data()
  } finally {
    scores.dispose()
  }
}

/** Eval mode and a fresh state, until the function returned is called. */
function setAside(model: Module): () => void {
  const { training } = model
  const carried = [...model.namedBuffers()]
    .filter(([, buffer]) => buffer.carried)
    .map(([, buffer]) => [buffer, detach(buffer.value)] as const)
  model.eval()
  model.resetState()
  return () => {
    model.train(training)
    for (const [buffer, value] of carried) {
      buffer.write(value)
      value.dispose()
    }
  }
}

function checkOptions(promptLength: number, length: number): void {
  const complain = (problem: string, expected: string): never => {
    throw new DlError('bad-option', { problem: `generate got ${problem}`, expected })
  }
  if (promptLength === 0) complain('an empty prompt', 'at least one token to start from')
  if (!Number.isInteger(length) || length < 0) {
    complain(`the length ${length}`, 'an integer of at least 0')
  }
}
