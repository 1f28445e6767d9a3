/** What a model makes of a text so far, and what to say of a prompt that it cannot read. */
import type { Module } from '@dl/layers'
import { slice, type Tensor, tensor, tidy } from '@tensorflow/tfjs-core'
import type { Aside } from './aside'
import type { Field } from './field'
import { UNKNOWN } from './vocab'

/** Called with the tokens of a prompt that the vocabulary lacks. */
export type OnUnknown = (tokens: readonly string[]) => void

/** The numbers of a prompt's tokens; `onUnknown` hears of those that the model reads as `<unk>`. */
export function readPrompt(
  field: Field,
  tokens: readonly string[],
  onUnknown: OnUnknown,
): Int32Array {
  const unknown = [...new Set(tokens)].filter(token => !field.vocab.stoi.has(token))
  const ids = field.numericalize(tokens)
  if (unknown.length > 0) onUnknown(unknown)
  return ids
}

/** Names them in a warning. */
export const warnOfUnknown =
  (who: string): OnUnknown =>
  tokens => {
    const names = tokens.map(token => JSON.stringify(token)).join(', ')
    console.warn(`${who}: the vocabulary lacks ${names} of the prompt; read as ${UNKNOWN}.`)
  }

/** Scores for the token after `ids`, which go in as one stream. */
export async function nextScores(
  model: Module,
  stream: Aside,
  ids: Int32Array,
): Promise<ArrayLike<number>> {
  const scores = stream.run(() =>
    tidy(() => {
      const logits: Tensor = model.call(tensor(ids, [ids.length, 1], 'int32'))
      return slice(logits, [ids.length - 1, 0, 0], [1, 1, -1])
    }),
  )
  try {
    return await scores.data()
  } finally {
    scores.dispose()
  }
}
