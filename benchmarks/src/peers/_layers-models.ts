/** The lesson's nets in tfjs-layers. */

import { train } from '@tensorflow/tfjs-core'
import {
  input,
  type LayersModel,
  layers,
  model,
  type SymbolicTensor,
  sequential,
} from '@tensorflow/tfjs-layers'
import type { LanguageModelTask, VisionTask } from '../nets/training'

export const VOCAB = 56

const CELLS = { rnn: layers.simpleRNN, gru: layers.gru, lstm: layers.lstm }

/** Gates as PyTorch's; the state is carried. */
export function languageModel(task: LanguageModelTask): LayersModel {
  const net = sequential()
  const { cell, hidden, dropout, bs } = task
  net.add(layers.embedding({ inputDim: VOCAB, outputDim: 42, batchInputShape: [bs, null] }))
  for (let i = 0; i < task.layers; i++) {
    if (i > 0) net.add(layers.dropout({ rate: dropout }))
    const gates = cell === 'rnn' ? {} : { recurrentActivation: 'sigmoid' as const }
    // the orthogonal matrices of its default take minutes to make
    const recurrentInitializer = 'glorotUniform'
    const options = { units: hidden, returnSequences: true, stateful: true, recurrentInitializer }
    net.add(CELLS[cell]({ ...options, ...gates }))
  }
  net.add(layers.dense({ units: VOCAB, activation: 'softmax' }))
  net.compile({ optimizer: train.adam(1e-3), loss: 'sparseCategoricalCrossentropy' })
  return net
}

/** Convolution, ReLU, batch norm: in this order, and padding 1 whatever the filter. */
function bnLayer(x: SymbolicTensor, filters: number, strides = 2, kernelSize = 3): SymbolicTensor {
  const padded = layers.zeroPadding2d({ padding: 1 }).apply(x)
  const options = { filters, kernelSize, strides, useBias: false, activation: 'relu' as const }
  const y = layers.conv2d(options).apply(padded)
  return layers.batchNormalization({ epsilon: 1e-5 }).apply(y) as SymbolicTensor
}

function resnet(
  stem: (x: SymbolicTensor) => SymbolicTensor,
  widths: readonly number[],
  dropout: number,
  blocks = 2,
): LayersModel {
  const images = input({ shape: [32, 32, 3] })
  let x = stem(images)
  for (const width of widths.slice(1)) {
    x = bnLayer(x, width)
    for (let i = 0; i < blocks; i++) {
      x = layers.add().apply([x, bnLayer(x, width, 1)]) as SymbolicTensor
    }
  }
  const pooled = layers.globalMaxPooling2d({}).apply(x)
  const dropped = layers.dropout({ rate: dropout }).apply(pooled)
  const outputs = layers.dense({ units: 10, activation: 'softmax' }).apply(dropped)
  return model({ inputs: images, outputs: outputs as SymbolicTensor })
}

/** The lesson's ConvBnNet, and with blocks its Resnet. */
function small(blocks: number): LayersModel {
  const stem = layers.conv2d({ filters: 10, kernelSize: 5, padding: 'same' })
  return resnet(x => stem.apply(x) as SymbolicTensor, [10, 20, 40, 80, 160], 0, blocks)
}

const NETS: Record<VisionTask['net'] | 'convbnnet', () => LayersModel> = {
  simple: () =>
    sequential({
      layers: [
        layers.flatten({ inputShape: [32, 32, 3] }),
        layers.dense({ units: 40, activation: 'relu' }),
        layers.dense({ units: 10, activation: 'softmax' }),
      ],
    }),
  convbnnet: () => small(0),
  resnet: () => small(2),
  resnet2: () => resnet(x => bnLayer(x, 16, 1, 7), [16, 32, 64, 128, 256], 0.2),
}

export function vision({ net }: VisionTask): LayersModel {
  const one = NETS[net]()
  one.compile({ optimizer: train.momentum(1e-2, 0.9), loss: 'sparseCategoricalCrossentropy' })
  return one
}
