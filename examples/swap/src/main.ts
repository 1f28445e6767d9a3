/** One program for every backend: the import is the only line that differs, and here a flag chooses it. */
import { manualSeed } from '@dl/core'
import { program, useBackend } from '@dl/example-kit'
import { crossEntropy } from '@dl/layers'
import { adam, LayerOptimizer } from '@dl/optim'
import { CharLM, chars, Field, generate, LanguageModelData } from '@dl/text'
import { fit } from '@dl/train'
import { HELP, readOptions } from './options'
import { TEXT } from './text'

program(HELP, async args => {
  const { device } = await useBackend(readOptions(args).backend)
  manualSeed(42)
  const field = new Field({ tokenize: chars })
  const splits = { train: TEXT.repeat(50), validation: TEXT }
  const data = LanguageModelData.fromTexts(splits, field, { bs: 8, bptt: 16, lengthStep: 8 })
  const model = new CharLM({ vocab: data.nt, hidden: 64 })
  const { history } = await fit(model, data, 2, new LayerOptimizer(adam, model, 3e-3), crossEntropy)
  console.log(`${device}: loss ${history.at(-1)!.valLoss!.toFixed(4)}`)
  console.log(await generate(model, field, 'The', { length: 100, temperature: 0.5 }))
})
