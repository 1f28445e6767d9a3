/** One program for every backend: the import is the only line that differs, and here a flag chooses it. */
import { manualSeed } from '@dl/core'
import { ownRun, program, useBackend } from '@dl/example-kit'
import { crossEntropy } from '@dl/layers'
import { adam, LayerOptimizer } from '@dl/optim'
import { CharLM, chars, Field, generate, LanguageModelData } from '@dl/text'
import { fit } from '@dl/train'
import { HELP, readOptions } from './options'
import { TEXT } from './text'

program(HELP, async args => {
  const options = readOptions(args)
  const { device } = await useBackend(options.backend)
  const own = await ownRun({
    program: 'swap',
    say: words => process.stdout.write(words),
    ...options,
  })
  const { saver, resume } = await own.part()
  manualSeed(42)
  const field = new Field({ tokenize: chars })
  const splits = { train: TEXT.repeat(50), validation: TEXT }
  const data = LanguageModelData.fromTexts(splits, field, { bs: 8, bptt: 16, lengthStep: 8 })
  const model = new CharLM({ vocab: data.nt, hidden: 64 })
  const lo = new LayerOptimizer(adam, model, 3e-3)
  const result = await fit(model, data, 2, lo, crossEntropy, {
    callbacks: [saver],
    signal: own.signal,
    ...(resume && { resume }),
  })
  own.tell(result)
  console.log(`${device}: loss ${result.history.at(-1)?.valLoss?.toFixed(4) ?? 'not judged yet'}`)
  console.log(await generate(model, field, 'The', { length: 100, temperature: 0.5 }))
})
