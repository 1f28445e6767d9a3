/** The learning rate range test on the lesson's model: a curve and a suggestion, nothing trained. */
import { files } from '@dl/data'
import { crossEntropy } from '@dl/layers'
import { adam } from '@dl/optim'
import { CharLM } from '@dl/text'
import { Learner } from '@dl/train'
import { shapeOf } from './lesson'
import type { Options } from './options'
import { type Say, setUp } from './set-up'

export async function findLr(options: Options, say: Say) {
  const { corpus, loaders } = await setUp(options.corpus, options, say)
  const model = new CharLM(shapeOf(corpus.data.nt, options))
  using learn = new Learner(model, loaders, { loss: crossEntropy, optFn: adam })
  const { suggestion, suggestions, lrs, losses, ...found } = await learn.lrFind()
  const path = files.join(options.out ?? 'runs/char-lm', 'lr-finder.svg')
  await files.writeAtomic(path, found.svg())
  say(`${found.toString()}\n${path}\n`)
  model.dispose()
  return { corpus: corpus.name, suggestion, suggestions, batches: lrs.length, plots: [path] }
}
