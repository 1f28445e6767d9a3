/** A body that has learnt to tell other classes apart, for rows about fine-tuning. */
import { join } from 'node:path'
import { cosAnneal } from '@dl/callbacks'
import { files, loadTensors, saveTensors } from '@dl/data'
import { crossEntropy, type Module } from '@dl/layers'
import { LayerOptimizer, sgd } from '@dl/optim'
import { fit } from '@dl/train'
import { dispose } from '@tensorflow/tfjs-core'
import { imagesOf, netOf, picturesOf } from './pictures'
import { bsOf, type PictureRow } from './rows'

export interface PretrainedOptions {
  seed: number
  data: string
  /** Where the weights stay, so that a run that goes on need not learn them again. */
  folder: string
  say(text: string): void
}

/** Gives `model` that body; its head stays as it is. */
export async function pretrained(
  model: Module,
  row: PictureRow,
  options: PretrainedOptions,
): Promise<void> {
  const path = join(options.folder, 'pretrained.safetensors')
  if (!(await files.exists(path))) await pretrain(row, path, options)
  const { tensors } = await loadTensors(path)
  model.loadStateDict(tensors, { strict: false })
  dispose(tensors)
}

async function pretrain(row: PictureRow, path: string, options: PretrainedOptions): Promise<void> {
  const { classes, count, phases } = row.pretraining!
  options.say('pretraining\n')
  const images = imagesOf(await picturesOf({ classes, count }, options), bsOf(row), options.seed)
  const model = netOf(row.model, images.c)
  for (const { lr, epochs, cycleLen, cycleMult } of phases) {
    const lo = new LayerOptimizer(() => sgd({ momentum: 0.9 }), model, lr)
    const callbacks = cycleLen === undefined ? [] : [cosAnneal(lo, { cycleLen, cycleMult })]
    await fit(model, { train: images.train }, epochs, lo, crossEntropy, { callbacks })
    lo.dispose()
  }
  const weights = model.stateDict()
  const head = `${[...model.children()].length - 1}.`
  const body = Object.entries(weights).filter(([name]) => !name.startsWith(head))
  await saveTensors(path, Object.fromEntries(body))
  dispose(weights)
  model.dispose()
}
