/** The lesson's net for maps: convolutions all the way, the last of which has a map for each class. */
import {
  AdaptiveAvgPool2d,
  BatchNorm2d,
  Conv2d,
  Flatten,
  LogSoftmax,
  ReLU,
  Sequential,
} from '@dl/layers'

/** Its maps are a quarter as wide as the picture, of any size. */
export function mapNet(classes: number): Sequential {
  const stage = (ni: number, nf: number, stride: number) => [
    new Conv2d(ni, nf, 3, { stride, padding: 1, bias: false }),
    new BatchNorm2d(nf),
    new ReLU(),
  ]
  return new Sequential(
    ...stage(3, 16, 1),
    ...stage(16, 32, 2),
    ...stage(32, 64, 2),
    ...stage(64, 64, 1),
    new Conv2d(64, classes, 3, { padding: 1 }),
    new AdaptiveAvgPool2d(1),
    new Flatten(),
    new LogSoftmax(),
  )
}

/** The convolution that draws the maps of the classes, and the last layer before it. */
export const CLASS_MAPS = '12'
export const FEATURES = '11'
