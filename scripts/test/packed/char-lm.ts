/** A page's program without its line for the backend: it trains a small character model and writes. */
export const CHAR_LM = `
import { cosAnneal } from '@dl/callbacks'
import { manualSeed } from '@dl/core'
import { crossEntropy } from '@dl/layers'
import { adam, LayerOptimizer } from '@dl/optim'
import { CharLM, chars, Field, generate, LanguageModelData } from '@dl/text'
import { fit } from '@dl/train'

async function main() {
  manualSeed(1)
  const text = 'the quick brown fox jumps over the lazy dog. '.repeat(8)
  const field = new Field({ tokenize: chars })
  const options = { bs: 4, bptt: 8, lengthStep: 8, seed: 1 }
  const data = LanguageModelData.fromTexts({ train: text, validation: text }, field, options)
  const model = new CharLM({ vocab: data.nt, embedding: 6, hidden: 15, layers: 1, dropout: 0 })
  const lo = new LayerOptimizer(adam, model, 0.02)
  const callbacks = [cosAnneal(lo, { cycleLen: 2 })]
  const { history } = await fit(model, data, 2, lo, crossEntropy, { callbacks })
  const written = await generate(model, field, 'the ', { length: 4, seed: 1 })
  return { history, length: written.length }
}
globalThis.result = main()
`
