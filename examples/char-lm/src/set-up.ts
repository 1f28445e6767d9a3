import { type DataLoader, take } from '@dl/data'
import { loadCorpus } from '@dl/example-kit'
import { LanguageModelData } from '@dl/text'
import { lessonField, MIN_FREQ } from './lesson'

export type Say = (text: string) => void

/** A text that a model can read. */
export interface Readable {
  name: string
  data: LanguageModelData
}

/** The batches of an epoch of a quick run, the same number on every backend. */
const QUICK = { train: 40, validation: 10 }

/** The text and its loaders, cut short for a quick run. */
export async function setUp(
  corpusName: string | null,
  { quick, ...loading }: { bs: number; bptt: number; seed: number; quick: boolean },
  say: Say,
): Promise<{ corpus: Readable; loaders: { train: DataLoader; validation: DataLoader } }> {
  const { bs, bptt, seed } = loading
  const options = { bs, bptt, seed, minFreq: MIN_FREQ }
  const { name, ...texts } = await loadCorpus(corpusName, say)
  const data = LanguageModelData.fromTexts(texts, lessonField(), options)
  const { train, validation } = data
  const loaders = quick
    ? { train: take(train, QUICK.train), validation: take(validation, QUICK.validation) }
    : { train, validation }
  return { corpus: { name, data }, loaders }
}
