/** Nothing in these packages waits for the GPU: reading at once throws, and all of it runs. */
import { cosAnneal, earlyStopping, lossRecorder, terminateOnNaN } from '@dl/callbacks'
import { manualSeed } from '@dl/core'
import { decodeSafetensors, encodeSafetensors } from '@dl/data'
import { crossEntropy } from '@dl/layers'
import { adam, LayerOptimizer, sgd } from '@dl/optim'
import { CharLM, chars, Field, generate, LanguageModelData } from '@dl/text'
import { accuracy, confusionMatrix, evaluate, f1, fit, perplexity } from '@dl/train'
import {
  BasicBlock,
  ConvLearner,
  classActivationMap,
  gradCam,
  ImageClassifierData,
  ResNet,
  randomFlip,
  tfmsFromStats,
} from '@dl/vision'
import { dispose, engine, square, type Tensor, tensor } from '@tensorflow/tfjs-core'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { TrainingWebGPU } from '../src/backend'

let backend: TrainingWebGPU
beforeEach(() => {
  backend = engine().backend as TrainingWebGPU
  backend.readSync = dataId => {
    // what has not been sent yet is not read
    const { values } = backend.tensorMap.get(dataId)
    if (values != null) return values
    throw new Error('a tensor was read at once')
  }
})
afterEach(() => {
  Reflect.deleteProperty(backend, 'readSync')
})

/** Saved and loaded, as bytes. */
async function throughFile(state: Record<string, Tensor>): Promise<Record<string, Tensor>> {
  const entries = Object.entries(state).map(async ([name, t]) => {
    const data = (await t.data()) as Float32Array
    return [name, { dtype: 'F32', shape: t.shape, data }] as const
  })
  const bytes = encodeSafetensors(Object.fromEntries(await Promise.all(entries)) as never)
  const { tensors } = decodeSafetensors(bytes)
  return Object.fromEntries(
    Object.entries(tensors).map(([name, { data, shape }]) => [
      name,
      tensor(data as Float32Array, [...shape]),
    ]),
  )
}

it('a language model trains, is judged, saved and loaded, and writes', async () => {
  manualSeed(3)
  const text = 'the quick brown fox jumps over the lazy dog. '.repeat(4)
  const field = new Field({ tokenize: chars })
  const sizes = { bs: 4, bptt: 8, seed: 3, lengthStep: 4 }
  const data = LanguageModelData.fromTexts({ train: text, validation: text }, field, sizes)
  const options = { vocab: data.nt, embedding: 8, hidden: 16, layers: 2, dropout: 0.3 }
  const model = new CharLM({ ...options, cell: 'lstm' })
  const lo = new LayerOptimizer(adam, model, 0.02, 1e-5, { clip: 0.5 })
  const { history } = await fit(model, data, 1, lo, crossEntropy, {
    metrics: [accuracy, perplexity],
    callbacks: [cosAnneal(lo), lossRecorder(), earlyStopping(), terminateOnNaN()],
  })
  expect(history[0]!.trnLoss).toBeLessThan(3.6)
  const again = new CharLM({ ...options, cell: 'lstm' })
  const state = model.stateDict()
  const loaded = await throughFile(state)
  again.loadStateDict(loaded)
  const { loss } = await evaluate(again, data.validation, crossEntropy)
  expect(loss).toBeCloseTo(history[0]!.valLoss!, 5)
  expect((await generate(again, field, 'the', { length: 4, seed: 1 })).length).toBe(7)
  dispose([state, loaded])
  for (const owner of [lo, model, again]) owner.dispose()
})

it('a residual net trains, is judged, tells where it looks, and averages its guesses', async () => {
  manualSeed(3)
  const pixels = (items: number) => ({
    data: Uint8Array.from({ length: items * 192 }, (_, i) => ((i * 37) % 199) + 20 * (i % 3)),
    shape: [items, 8, 8, 3],
  })
  const labels = (items: number) => Array.from({ length: items }, (_, i) => i % 3)
  const arrays = ImageClassifierData.fromArrays({
    train: [pixels(12), labels(12)],
    validation: [pixels(6), labels(6)],
    ...{ seed: 1, bs: 6 },
    tfms: tfmsFromStats({ mean: [0.4, 0.5, 0.6], std: [0.2, 0.3, 0.2] }, 8, {
      augTfms: [randomFlip()],
      pad: 1,
    }),
  })
  const model = new ResNet({
    ...{ block: BasicBlock, layers: [1, 1], widths: [4, 6], stem: 'cifar', classes: 3 },
  })
  const learn = ConvLearner.fromModelData(model, arrays, {
    optFn: () => sgd({ momentum: 0.9 }),
    metrics: [accuracy, f1()],
  })
  const { history } = await learn.fit(0.05, 1, { cycleLen: 1 })
  expect(history[0]!.valLoss).toBeLessThan(10)
  const { probabilities, targets } = await learn.tta({ nAug: 2 })
  expect(probabilities.shape).toEqual([6, 3])
  expect((await confusionMatrix(probabilities, targets, arrays.classes)).counts.length).toBe(3)
  const x = tensor(new Float32Array(2 * 192).map(Math.sin), [2, 8, 8, 3])
  const maps = [
    classActivationMap(model, x, { linear: 'fc' }),
    gradCam(model, x, { layer: 'layer2' }),
  ]
  for (const map of maps) expect((await map.data()).every(Number.isFinite)).toBe(true)
  dispose([probabilities, targets, x, ...maps])
  learn.dispose()
  model.dispose()
})

it('gives the values of a tensor that is disposed of while they are read', async () => {
  const x = tensor([1, 2, 3])
  const y = square(x)
  const both = [y.data(), y.data()]
  dispose([x, y])
  expect((await Promise.all(both)).map(values => [...values])).toEqual([
    [1, 4, 9],
    [1, 4, 9],
  ])
})
