/** The nets of this package by the names that recipes have. */
import type { Architectures } from '@dl/layers'
import { convnetFrom } from '../models/convnet-builder'
import {
  preActResnet18,
  preActResnet34,
  preActResnet50,
  resnet18,
  resnet20,
  resnet32,
  resnet34,
  resnet50,
  resnet56,
} from '../models/resnets'

export const architectures: Architectures = {
  convnet: convnetFrom,
  preActResnet18,
  preActResnet34,
  preActResnet50,
  resnet18,
  resnet20,
  resnet32,
  resnet34,
  resnet50,
  resnet56,
}
