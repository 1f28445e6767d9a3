/** A net without a linear layer: it ends in a map for each class, and their means are the scores. */
import {
  AdaptiveAvgPool2d,
  BatchNorm2d,
  Conv2d,
  Flatten,
  LogSoftmax,
  MaxPool2d,
  ReLU,
  Sequential,
} from '@dl/layers'
import { type ClassTarget, classActivationMap, gradCam, gradCamPlusPlus } from '@dl/vision'
import type { Tensor, Tensor3D } from '@tensorflow/tfjs-core'

export type Method = 'cam' | 'gradcam' | 'gradcam++'

const convolution = (inputs: number, outputs: number) => [
  new Conv2d(inputs, outputs, 3, { padding: 1, bias: false }),
  new BatchNorm2d(outputs),
  new ReLU(),
]

/** Pictures of any size, [batch, height, width, 3] → [batch, classes]. */
export class CamNet extends Sequential {
  constructor(classes: number) {
    super(
      new Sequential(...convolution(3, 16), new MaxPool2d(2)),
      new Sequential(...convolution(16, 32), new MaxPool2d(2)),
      new Sequential(...convolution(32, 32)),
      // the lesson's head, behind its own body instead of a pretrained ResNet
      new Conv2d(32, classes, 3, { padding: 1 }),
      new AdaptiveAvgPool2d(),
      new Flatten(),
      new LogSoftmax(),
    )
  }
}

/** Maps of pictures. */
export function mapsOf(model: CamNet, method: Method, x: Tensor, target?: ClassTarget): Tensor3D {
  const about = target === undefined ? {} : { target }
  if (method === 'cam') return classActivationMap(model, x, { layer: '3', ...about })
  const make = method === 'gradcam' ? gradCam : gradCamPlusPlus
  return make(model, x, { layer: '2', ...about })
}
