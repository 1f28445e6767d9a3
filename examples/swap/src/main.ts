/** One program for every backend: the import is the only line that differs. */
import { BACKENDS, backend, backendName, program, readFlags, useBackend } from '@dl/example-kit'
import { crossEntropy } from '@dl/layers'
import { adam, LayerOptimizer } from '@dl/optim'
import { CharLM, chars, Field, generate, LanguageModelData } from '@dl/text'
import { fit } from '@dl/train'
import { TEXT } from './text'

program(`Learns a text by heart.\n\n  --backend  ${BACKENDS}  (default wasm)\n`, async args => {
  const { device } = await useBackend(backendName(readFlags(args, { backend }).backend))
  const field = new Field({ tokenize: chars })
  const splits = { train: TEXT.repeat(20), validation: TEXT }
  const data = LanguageModelData.fromTexts(splits, field, { bs: 8, bptt: 16, lengthStep: 8 })
  const model = new CharLM({ vocab: data.nt, cell: 'gru', hidden: 64 })
  const lo = new LayerOptimizer(adam, model, 1e-2)
  const { history } = await fit(model, data, 2, lo, crossEntropy)
  console.log(`on ${device}: loss ${history.at(-1)!.valLoss!.toFixed(4)}`)
  console.log(await generate(model, field, 'The ', { length: 60, seed: 1 }))
})
