/** The rungs of the lesson: widths, and what it trained them with first. */
import type { Module } from '@dl/layers'
import {
  type BnLayerOptions,
  ConvBnNet,
  ConvBnNet2,
  ConvNet,
  ConvNet2,
  Resnet,
  Resnet2,
  SimpleNet,
} from './models'

interface Rung {
  /** @param pixels of a picture, all channels counted */
  make(classes: number, pixels: number, bn: BnLayerOptions): Module
  lr: number
  wd: number
}

const WIDTHS = [10, 20, 40, 80, 160]

export type ModelName =
  | 'simplenet'
  | 'convnet'
  | 'convnet2'
  | 'convbnnet'
  | 'convbnnet2'
  | 'resnet'
  | 'resnet2'

export const LADDER: Record<ModelName, Rung> = {
  simplenet: { make: (c, pixels) => new SimpleNet([pixels, 40, c]), lr: 1e-2, wd: 0 },
  convnet: { make: c => new ConvNet([3, 20, 40, 80], c), lr: 1e-1, wd: 0 },
  convnet2: { make: c => new ConvNet2([3, 20, 40, 80], c), lr: 1e-1, wd: 0 },
  convbnnet: { make: (c, _, bn) => new ConvBnNet(WIDTHS, c, bn), lr: 3e-2, wd: 0 },
  convbnnet2: { make: (c, _, bn) => new ConvBnNet2(WIDTHS, c, bn), lr: 1e-2, wd: 0 },
  resnet: { make: (c, _, bn) => new Resnet(WIDTHS, c, bn), lr: 1e-2, wd: 1e-5 },
  resnet2: {
    make: (c, _, bn) => new Resnet2([16, 32, 64, 128, 256], c, 0.2, bn),
    lr: 1e-2,
    wd: 1e-6,
  },
}

export const NAMES = Object.keys(LADDER) as ModelName[]
