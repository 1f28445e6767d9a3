import { Generator, manualSeed } from '@dl/core'
import { ArrayDataset, type DataLoader, dataLoader } from '@dl/data'
import type { Module, Sequential } from '@dl/layers'
import { BasicBlock, type ConvData, ConvLearner, type PretrainedOptions, ResNet } from '@dl/vision'

const SIDE = 8

/** Noisy pictures, each bright in the channel of its class. */
export function pictures(items: number, seed: number) {
  const generator = new Generator(seed)
  const data = generator.uniform(items * SIDE * SIDE * 3, -0.5, 0.5)
  const labels = Int32Array.from({ length: items }, (_, i) => i % 3)
  for (let i = 0; i < data.length; i++) {
    const item = Math.floor(i / (SIDE * SIDE * 3))
    if (i % 3 === labels[item]) data[i]! += 2
  }
  return { data, shape: [items, SIDE, SIDE, 3], labels }
}

export interface Pictures extends ConvData {
  fix: DataLoader
  validation: DataLoader
  test: DataLoader
  /** May be changed. */
  pixels: Float32Array
}

/** 24 pictures to learn from, 10 to validate by and 5 to test by, in three classes. */
export function pictureData({ seed = 1, bs = 6 } = {}): Pictures {
  const loader = (items: number, bs: number, shuffle = false) => {
    const { data, shape, labels } = pictures(items, seed + items)
    const dataset = new ArrayDataset({ inputs: [{ data, shape }], target: labels })
    return { pixels: data, loader: dataLoader(dataset, { bs, shuffle, seed }) }
  }
  const fix = loader(24, bs)
  return {
    train: loader(24, bs, true).loader,
    fix: fix.loader,
    validation: loader(10, 4).loader,
    test: loader(5, 4).loader,
    pixels: fix.pixels,
    c: 3,
  }
}

/** A ResNet with two small stages. */
export const tinyNet = ({ classes = 3 } = {}): ResNet =>
  new ResNet({ block: BasicBlock, layers: [1, 1], widths: [4, 6], stem: 'cifar', classes })

/** A learner whose body is the same each time; it counts the pictures that its body sees. */
export async function learner(data: Pictures, options: Partial<PretrainedOptions> = {}) {
  manualSeed(4)
  const net = tinyNet()
  const weights = () => net.stateDict()
  const learn = await ConvLearner.pretrained(tinyNet, data, {
    weights,
    xtraFc: [6],
    ps: 0,
    precompute: true,
    ...options,
  })
  net.dispose()
  const model = learn.model as Sequential
  const seen = { pictures: 0 }
  ;(model[0] as Module).onForward((_module, [x]) => {
    seen.pictures += x!.shape[0]!
  })
  const dispose = () => {
    learn.dispose()
    model.dispose()
  }
  return { learn, model, seen, dispose }
}
