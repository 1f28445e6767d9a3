/** Models of the lesson with data of the right shapes, ready for `fit`. */
import { Generator, manualSeed } from '@dl/core'
import type { DataLoader } from '@dl/data'
import { crossEntropy } from '@dl/layers'
import { adam, LayerOptimizer, sgd } from '@dl/optim'
import { type Cell, CharLM, LanguageModelLoader } from '@dl/text'
import type { Loss, TrainableModel } from '@dl/train'
import { tensor1d, tensor4d } from '@tensorflow/tfjs-core'
import { type Net, nets } from './resnet'

export interface LanguageModelTask {
  cell: Cell
  hidden: number
  layers: number
  dropout: number
  bs: number
  bptt: number
}

export interface VisionTask {
  net: Net
  bs: number
}

export interface Training {
  model: TrainableModel & { dispose(): void }
  loader: DataLoader
  lo: LayerOptimizer
  loss: Loss
  /** Told the loss of each batch. */
  onLoss?(loss: number): void
}

const VOCAB = 56
/** Of an epoch; long enough for each measurement to lie within one. */
const BATCHES = 200

export function languageModel({ bs, bptt, ...sizes }: LanguageModelTask): Training {
  const ids = Int32Array.from(manualSeed(1).words(bs * bptt * BATCHES), word => word % VOCAB)
  const model = new CharLM({ vocab: VOCAB, ...sizes })
  const loader = new LanguageModelLoader(ids, { bs, bptt, seed: 1 })
  return { model, loader, lo: new LayerOptimizer(adam, model, 1e-3), loss: crossEntropy }
}

export function vision({ net, bs }: VisionTask): Training {
  manualSeed(1)
  const model = nets[net]()
  const lo = new LayerOptimizer(() => sgd({ momentum: 0.9 }), model, 1e-2)
  return { model, loader: randomImages(bs), lo, loss: crossEntropy }
}

/** The same images in each batch, from memory. */
function randomImages(bs: number): DataLoader {
  const random = new Generator(1)
  const pixels = random.normal(bs * 32 * 32 * 3)
  const labels = Int32Array.from(random.words(bs), word => word % 10)
  return {
    length: BATCHES,
    async *[Symbol.asyncIterator]() {
      for (let i = 0; i < BATCHES; i++) {
        // copies: a backend may keep the array it is given
        const images = tensor4d(pixels.slice(), [bs, 32, 32, 3])
        yield { inputs: [images], target: tensor1d(labels.slice(), 'int32'), items: bs }
      }
    },
  }
}
