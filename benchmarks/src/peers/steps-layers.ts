/** Training steps of tfjs-layers, on the fastest of tfjs's backends in Node that has all the gradients. */
import '@tensorflow/tfjs-backend-cpu'
import { env, randomUniform, setBackend, type Tensor, tensor, train } from '@tensorflow/tfjs-core'
import {
  input,
  type LayersModel,
  layers,
  model,
  type SymbolicTensor,
  sequential,
  version_layers,
} from '@tensorflow/tfjs-layers'
import type { Measurement, Question, Task } from '../harness/protocol'
import { serve } from './_serve'

env().set('IS_TEST', true)
await setBackend('cpu')

const VOCAB = 56
const CELLS = { rnn: layers.simpleRNN, gru: layers.gru, lstm: layers.lstm }

interface Training {
  model: LayersModel
  x: Tensor
  y: Tensor
  items: number
}

function oneHot(shape: number[], classes: number): Tensor {
  const values = new Float32Array(shape.reduce((a, b) => a * b, classes))
  for (let i = 0; i < values.length / classes; i++) values[i * classes + (i % classes)] = 1
  return tensor(values, [...shape, classes])
}

function languageModel(task: Task): Training {
  const { bs, bptt, hidden, layers: depth } = task as unknown as Record<string, number>
  const net = sequential()
  net.add(layers.embedding({ inputDim: VOCAB, outputDim: 42, inputLength: bptt! }))
  for (let i = 0; i < depth!; i++) {
    const cell = CELLS[task.cell as keyof typeof CELLS]
    // its default, orthogonal, takes minutes for such a matrix
    const start = { recurrentInitializer: 'glorotNormal' } as const
    net.add(
      cell({ units: hidden!, returnSequences: true, dropout: task.dropout as number, ...start }),
    )
  }
  net.add(layers.dense({ units: VOCAB, activation: 'softmax' }))
  net.compile({ optimizer: train.adam(1e-3), loss: 'categoricalCrossentropy' })
  const ids = Float32Array.from({ length: bs! * bptt! }, (_, i) => i % VOCAB)
  return {
    model: net,
    x: tensor(ids, [bs!, bptt!]),
    y: oneHot([bs!, bptt!], VOCAB),
    items: bs! * bptt!,
  }
}

/** Convolution, ReLU, batch norm. */
function bnLayer(
  x: SymbolicTensor,
  filters: number,
  strides: number,
  kernelSize = 3,
): SymbolicTensor {
  const conv = {
    filters,
    kernelSize,
    strides,
    padding: 'same',
    activation: 'relu',
    useBias: false,
  } as const
  return layers.batchNormalization().apply(layers.conv2d(conv).apply(x)) as SymbolicTensor
}

function resnet(
  widths: readonly number[],
  stem: (x: SymbolicTensor) => SymbolicTensor,
): LayersModel {
  const images = input({ shape: [32, 32, 3] })
  let x = stem(images)
  for (const width of widths.slice(1)) {
    x = bnLayer(x, width, 2)
    for (let i = 0; i < 2; i++) x = layers.add().apply([x, bnLayer(x, width, 1)]) as SymbolicTensor
  }
  const pooled = layers.globalMaxPooling2d({}).apply(x)
  const out = layers.dense({ units: 10, activation: 'softmax' }).apply(pooled) as SymbolicTensor
  return model({ inputs: images, outputs: out })
}

const NETS: Record<string, () => LayersModel> = {
  simple() {
    const net = sequential()
    net.add(layers.flatten({ inputShape: [32, 32, 3] }))
    net.add(layers.dense({ units: 40, activation: 'relu' }))
    net.add(layers.dense({ units: 10, activation: 'softmax' }))
    return net
  },
  resnet: () =>
    resnet(
      [10, 20, 40, 80, 160],
      x =>
        layers.conv2d({ filters: 10, kernelSize: 5, padding: 'same' }).apply(x) as SymbolicTensor,
    ),
  resnet2: () => resnet([16, 32, 64, 128, 256], x => bnLayer(x, 16, 1, 7)),
}

function vision({ net, bs }: Task): Training {
  const built = NETS[net as string]!()
  built.compile({ optimizer: train.momentum(1e-2, 0.9), loss: 'categoricalCrossentropy' })
  const items = bs as number
  return { model: built, x: randomUniform([items, 32, 32, 3]), y: oneHot([items], 10), items }
}

let now: { key: string; training: Training } | null = null

async function measure({ task, batches = 1 }: Question): Promise<Measurement> {
  const key = JSON.stringify(task)
  if (now?.key !== key)
    now = { key, training: task.op === 'vision' ? vision(task) : languageModel(task) }
  const { model: net, x, y, items } = now.training
  const start = performance.now()
  for (let i = 0; i < batches; i++) await net.trainOnBatch(x, y)
  return { ms: (performance.now() - start) / batches, items }
}

const versions = { 'tfjs-layers': version_layers }
await serve({ threads: 1, versions }, measure)
