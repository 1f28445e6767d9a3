/** From a text to batches, in the lesson's two ways. */
import { type DataLoader, dataLoader, type Layout, randomSplit, windows } from '@dl/data'
import type { Corpus } from '@dl/example-kit'
import { chars, Field, LanguageModelData } from '@dl/text'
import { type Tensor, tensor } from '@tensorflow/tfjs-core'

/** What a step of the ladder learns from. */
export interface CharData {
  train: DataLoader
  validation: DataLoader
  /** How many characters the model must know. */
  vocab: number
  /** Windows, or characters, in both parts together. */
  rows: number
  /** A string as the model wants it, as a batch of one. */
  inputsOf(text: string): Tensor[]
  char(id: number): string
}

export interface WindowedOptions {
  size: number
  /** From one window to the next. */
  stride: number
  /** What follows the window, or what follows each of its characters. */
  target: 'next' | 'shifted'
  layout: Layout
}

/** All distinct characters, sorted, after a NUL that stands for what is none of them. */
export function indices(text: string) {
  const itos = ['\0', ...[...new Set(text)].sort()]
  const stoi = new Map(itos.map((char, id) => [char, id]))
  const ids = (chars: string) => Int32Array.from(chars, char => stoi.get(char) ?? 0)
  return { itos, ids }
}

/**
 * The first half: pieces of the whole text. A fifth of them, chosen at random, is for validation, in
 * batches twice as large; where windows overlap, the model has met most of their characters.
 */
export function windowed(
  corpus: Corpus,
  { size, stride, target, layout }: WindowedOptions,
  { bs, seed }: { bs: number; seed: number },
): CharData {
  const text = corpus.train + corpus.validation
  const { itos, ids } = indices(text)
  const all = windows(ids(text), { size, stride, target })
  const [train, validation] = randomSplit(all, 0.2, seed)
  return {
    train: dataLoader(train, { bs, shuffle: true, seed, layout }),
    validation: dataLoader(validation, { bs: 2 * bs, layout }),
    vocab: itos.length,
    rows: all.length,
    inputsOf: text =>
      layout === 'columns'
        ? Array.from(ids(text), id => tensor([id], [1], 'int32'))
        : [stream(ids(text))],
    char: id => itos[id]!,
  }
}

/** How the second half reads its text. */
export const STREAMS = { bptt: 8, minFreq: 3 }

/** The second half: `bs` streams that go on from batch to batch, judged by the last rows of the text. */
export function streamed(
  { train, validation }: Corpus,
  { bs, seed }: { bs: number; seed: number },
): CharData {
  const text = new Field({ lower: true, tokenize: chars })
  const options = { bs, seed, ...STREAMS }
  const data = LanguageModelData.fromTexts({ train, validation }, text, options)
  return {
    train: data.train,
    validation: data.validation,
    vocab: data.nt,
    rows: data.tokens.train + data.tokens.validation,
    inputsOf: prompt => [stream(text.encode(prompt))],
    char: id => text.vocab.token(id),
  }
}

/** Ids as one column, [time, 1]. */
const stream = (ids: Int32Array): Tensor => tensor(ids, [ids.length, 1], 'int32')
