/** A picture row's set, loaders and net. */
import { loadPictures, spread } from '@dl/example-kit/pictures'
import type { Module } from '@dl/layers'
import {
  cifar10Stats,
  ImageClassifierData,
  type ImageItem,
  type ImageSet,
  randomFlip,
  tfmsFromStats,
} from '@dl/vision'
import { smallNet } from '../../../examples/ablation/src/net'
import { CamNet } from '../../../examples/cam/src/net'
import { LADDER } from '../../../examples/cifar10/src/ladder'
import type { PictureSettings } from './rows'

const SIZE = 32

/** The row's part of a set. */
export async function picturesOf(
  { classes, count }: Pick<PictureSettings, 'classes' | 'count'>,
  { data, seed }: { data: string; seed: number },
): Promise<ImageSet> {
  const whole = await loadPictures(data, seed)
  const set = classes ? ofClasses(whole, classes) : whole
  return count === undefined ? set : { ...set, train: spread(set.train, count) }
}

/** @param chosen the numbers of classes, which become 0, 1, … in this order */
function ofClasses(set: ImageSet, chosen: readonly number[]): ImageSet {
  const own = (items: readonly ImageItem[]) =>
    items.flatMap(item => {
      const label = chosen.indexOf(item.label as number)
      return label < 0 ? [] : [{ ...item, label }]
    })
  const classes = chosen.map(number => set.classes[number]!)
  return { classes, train: own(set.train), validation: own(set.validation) }
}

export function imagesOf(set: ImageSet, bs: number, seed: number): ImageClassifierData {
  const tfms = tfmsFromStats(cifar10Stats, SIZE, { augTfms: [randomFlip()], pad: SIZE / 8 })
  return new ImageClassifierData(set, { tfms, bs, seed })
}

const EVERYTHING = { batchNorm: true, residual: true, dropout: true }

export function netOf(name: PictureSettings['model'], classes: number): Module {
  if (name === 'cam') return new CamNet(classes)
  if (name === 'small') return smallNet(classes, EVERYTHING)
  return LADDER[name].make(classes, SIZE * SIZE * 3, { movingAverage: null })
}
