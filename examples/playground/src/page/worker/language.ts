/** The net and its text, built in the order in which the copied program builds them. */
import { manualSeed } from '@dl/core'
import { datasets, splitRows } from '@dl/data'
import sonnets from '@dl/example-char-lm-web/sonnets.txt?raw'
import { adam, LayerOptimizer } from '@dl/optim'
import { CharLM, chars, Field, LanguageModelData } from '@dl/text'
import { LENGTH_STEP, MIN_FREQ, type Plan, TRAIN_FRACTION, WEIGHT_DECAY } from '../plan'
import type { OwnText } from './protocol'

export interface Language {
  data: LanguageModelData
  model: CharLM
  lo: LayerOptimizer
  dispose(): void
}

export async function language(plan: Plan, own: OwnText | null): Promise<Language> {
  const splits = await splitsOf(plan, own)
  const { bs, bptt, seed, cell, hidden, lr } = plan
  manualSeed(seed)
  const field = new Field({ lower: true, tokenize: chars })
  const data = LanguageModelData.fromTexts(splits, field, {
    ...{ bs, bptt, seed },
    lengthStep: LENGTH_STEP,
    minFreq: MIN_FREQ,
  })
  const model = new CharLM({ vocab: data.nt, hidden, cell, layers: 1, dropout: 0 })
  const lo = new LayerOptimizer(adam, model, lr, WEIGHT_DECAY)
  return {
    ...{ data, model, lo },
    dispose() {
      lo.dispose()
      model.dispose()
    },
  }
}

async function splitsOf({ text }: Plan, own: OwnText | null) {
  if (text === 'nietzsche') return datasets.nietzsche()
  const [train, validation] = splitRows(text === 'own' ? (own?.text ?? '') : sonnets, {
    fraction: TRAIN_FRACTION,
  })
  return { train, validation }
}
