/** What the guide shows of nets that were trained: text, wrong pictures, heat maps. Needs their kept weights. */
import { join } from 'node:path'
import { files, loadTensors } from '@dl/data'
import { loadCorpus } from '@dl/example-kit'
import type { Module } from '@dl/layers'
import { chars, Field, generate, LanguageModelData } from '@dl/text'
import { rankPredictions } from '@dl/train'
import {
  ConvLearner,
  enlarge,
  type ImageClassifierData,
  type PixelImage,
  picturesOf as picturesOfTensor,
  showImages,
} from '@dl/vision'
import { dispose } from '@tensorflow/tfjs-core'
import { sheet } from '../../../../examples/cam/src/draw'
import type { CamNet } from '../../../../examples/cam/src/net'
import { STREAMS } from '../../../../examples/rnn-from-scratch/src/data'
import { CharSeqStatefulLSTM } from '../../../../examples/rnn-from-scratch/src/models'
import { readCurve } from '../curve'
import { imagesOf, netOf, picturesOf } from '../pictures'
import { placesOf } from '../places'
import { bsOf, type PictureRow, ROWS, type RowName } from '../rows'

/** Runs whose weights speak, the worst first; all are the lesson's LSTM. */
const SPEAKERS: RowName[] = ['lstm-2', 'lstm-sgdr-15', 'lstm-sgdr-63']
const PROMPT = 'for thos'
/** How many wrong pictures, and their side in pixels. */
const [SHOWN, SIDE] = [12, 160]

const weightsOf = (name: RowName): string =>
  join(placesOf(name, 1, null, false).folder, 'model.safetensors')

async function load(model: Module, path: string): Promise<void> {
  const { tensors } = await loadTensors(path)
  model.loadStateDict(tensors)
  dispose(tensors)
  model.eval()
}

export async function samples(say: (text: string) => void): Promise<string> {
  const parts: string[] = []
  for (const name of SPEAKERS) {
    if (!(await files.exists(weightsOf(name)))) continue
    const corpus = await loadCorpus('nietzsche', say)
    const field = new Field({ lower: true, tokenize: chars })
    const { train, validation } = corpus
    const { nt } = LanguageModelData.fromTexts({ train, validation }, field, { ...STREAMS, bs: 64 })
    const model = new CharSeqStatefulLSTM({ vocab: nt, nFac: 42, nHidden: 512 })
    await load(model, weightsOf(name))
    const text = await generate(model, field, PROMPT, { length: 400, seed: 1 })
    model.dispose()
    const loss = (await readCurve(placesOf(name, 1, null, false).curve)).at(-1)?.valLoss
    parts.push(
      `At a loss of ${loss?.toFixed(4) ?? '?'} (\`${name}\`):\n\n\`\`\`text\n${text}\n\`\`\``,
    )
  }
  return parts.join('\n\n') || 'No weights are kept on this machine yet.'
}

/** Pictures that are wrong most surely, and where the cat-and-dog net looks. */
export async function gallery(folder: string, say: (text: string) => void): Promise<string> {
  const parts: string[] = []
  for (const name of ['resnet2', 'cam-catdog'] as const) {
    if (!(await files.exists(weightsOf(name)))) continue
    say(`pictures of ${name}\n`)
    const row: PictureRow = ROWS[name]
    const images = imagesOf(await picturesOf(row, { data: 'cifar10', seed: 1 }), bsOf(row), 1)
    const model = netOf(row.model, images.c)
    await load(model, weightsOf(name))
    const path = join(folder, `${name}.png`)
    if (name === 'cam-catdog') await sheet(model as CamNet, 'cam', images, path)
    else await files.writeAtomic(path, await wrongest(model, images))
    const what =
      name === 'cam-catdog' ? 'Where the net sees cats and dogs' : 'What the net gets most wrong'
    parts.push(`![${what}](lesson7/${name}.png)`)
    model.dispose()
  }
  return parts.join('\n\n') || 'No weights are kept on this machine yet.'
}

async function wrongest(model: Module, images: ImageClassifierData): Promise<Uint8Array> {
  using learn = ConvLearner.fromModelData(model, images)
  const judged = await learn.predictWithTargets()
  const items = (await rankPredictions(judged, 'worst')).slice(0, SHOWN)
  dispose([judged.predictions, judged.targets])
  const pictures = new Map<number, PixelImage>()
  let seen = 0
  for await (const { inputs, target } of images.validation) {
    const pixels = images.denorm(inputs[0]!)
    const batch = await picturesOfTensor(pixels)
    dispose([...inputs, target, pixels])
    for (const { index } of items) {
      if (index >= seen && index < seen + batch.length) pictures.set(index, batch[index - seen]!)
    }
    seen += batch.length
  }
  const { classes } = images
  const labels = items.map(item => `${classes[item.predicted]}, is ${classes[item.actual]}`)
  const shown = items.map(({ index }) => enlarge(pictures.get(index)!, SIDE))
  return showImages(shown, { labels, columns: 6, scale: 1 })
}
