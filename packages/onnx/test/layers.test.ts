import {
  AdaptiveAvgPool2d,
  AdaptiveConcatPool2d,
  AdaptiveMaxPool2d,
  type AnyModule,
  AvgPool2d,
  BatchNorm1d,
  BatchNorm2d,
  Conv1d,
  Conv2d,
  ConvTranspose2d,
  Dropout,
  Dropout2d,
  ELU,
  Flatten,
  GELU,
  GroupNorm,
  Identity,
  InstanceNorm2d,
  LayerNorm,
  LeakyReLU,
  Linear,
  LogSoftmax,
  MaxPool2d,
  ReflectionPad2d,
  ReLU,
  Sequential,
  Sigmoid,
  SiLU,
  Softmax,
  Softplus,
  Tanh,
  Upsample,
  ZeroPad2d,
} from '@dl/layers'
import { describe, it } from 'vitest'
import { draw, expectSame, seeded } from './compare'

const maps = [8, 9, 6]

const LAYERS: Record<string, [make: () => AnyModule, shape: number[]]> = {
  Linear: [() => new Linear(4, 5), [4]],
  'Linear over sequences': [() => new Linear(4, 5, { bias: false }), [3, 4]],
  Conv2d: [() => new Conv2d(6, 4, 3), maps],
  'Conv2d padding and stride': [
    () => new Conv2d(6, 4, [3, 5], { stride: 2, padding: [1, 2] }),
    maps,
  ],
  'Conv2d dilation': [() => new Conv2d(6, 4, 3, { dilation: [1, 2], padding: 1 }), maps],
  'Conv2d stride and dilation': [() => new Conv2d(6, 4, 3, { stride: 2, dilation: 2 }), maps],
  'Conv2d groups': [() => new Conv2d(6, 4, 3, { groups: 2, padding: 1 }), maps],
  'Conv2d depthwise': [() => new Conv2d(6, 12, 3, { groups: 6, stride: 2 }), maps],
  Conv1d: [() => new Conv1d(6, 4, 3, { padding: 1, stride: 2 }), [9, 6]],
  ConvTranspose2d: [
    () => new ConvTranspose2d(6, 4, 3, { stride: 2, padding: 1, outputPadding: 1 }),
    maps,
  ],
  'ConvTranspose2d groups and dilation': [
    () => new ConvTranspose2d(6, 4, [3, 2], { groups: 2, dilation: 2 }),
    maps,
  ],
  BatchNorm2d: [() => trained(new BatchNorm2d(6)), maps],
  'BatchNorm2d without affine': [() => trained(new BatchNorm2d(6, { affine: false })), maps],
  BatchNorm1d: [() => trained(new BatchNorm1d(6)), [6]],
  'BatchNorm1d over sequences': [() => trained(new BatchNorm1d(6)), [3, 6]],
  LayerNorm: [() => new LayerNorm(6), [3, 6]],
  'LayerNorm of maps': [() => new LayerNorm([9, 6]), maps],
  GroupNorm: [() => new GroupNorm(2, 6), maps],
  InstanceNorm2d: [() => new InstanceNorm2d(6), maps],
  MaxPool2d: [() => new MaxPool2d(3, { stride: 2, padding: 1 }), maps],
  'MaxPool2d ceil': [() => new MaxPool2d(2, { ceilMode: true }), maps],
  AvgPool2d: [() => new AvgPool2d(3, { stride: 2, padding: 1 }), maps],
  'AvgPool2d without padding': [
    () => new AvgPool2d([3, 2], { padding: 1, countIncludePad: false, ceilMode: true }),
    maps,
  ],
  AdaptiveAvgPool2d: [() => new AdaptiveAvgPool2d(), maps],
  'AdaptiveAvgPool2d uneven': [() => new AdaptiveAvgPool2d([3, 4]), maps],
  AdaptiveMaxPool2d: [() => new AdaptiveMaxPool2d([4, 3]), maps],
  AdaptiveConcatPool2d: [() => new AdaptiveConcatPool2d(), maps],
  Flatten: [() => new Sequential(new Conv2d(6, 4, 3), new Flatten()), maps],
  'Flatten channels first': [
    () => new Sequential(new Conv2d(6, 4, 3), new Flatten({ channelsFirst: true })),
    maps,
  ],
  ZeroPad2d: [
    () => new Sequential(new Conv2d(6, 4, 1), new ZeroPad2d({ top: 1, left: 2, right: 3 })),
    maps,
  ],
  ReflectionPad2d: [() => new Sequential(new Conv2d(6, 4, 1), new ReflectionPad2d([1, 2])), maps],
  'Upsample nearest': [() => new Upsample({ scaleFactor: 2 }), maps],
  'Upsample bilinear': [() => new Upsample({ size: [5, 11], mode: 'bilinear' }), maps],
  Dropout: [() => new Dropout(0.5), [6]],
  Dropout2d: [() => new Dropout2d(0.5), maps],
  Identity: [() => new Identity(), [6]],
  ReLU: [() => new ReLU(), [6]],
  LeakyReLU: [() => new LeakyReLU(0.2), [6]],
  Tanh: [() => new Tanh(), [6]],
  Sigmoid: [() => new Sigmoid(), [6]],
  Softmax: [() => new Softmax(), [6]],
  LogSoftmax: [() => new LogSoftmax(), [6]],
  GELU: [() => new GELU(), [6]],
  'GELU tanh': [() => new GELU({ approximate: 'tanh' }), [6]],
  ELU: [() => new ELU(0.5), [6]],
  SiLU: [() => new SiLU(), [6]],
  Softplus: [() => new Softplus({ beta: 2, threshold: 1 }), [6]],
}

/** With running statistics that are not those it began with. */
function trained(layer: BatchNorm1d | BatchNorm2d): AnyModule {
  const shape = layer instanceof BatchNorm2d ? [4, 2, 2, 6] : [8, 6]
  for (const seed of [1, 2, 3]) {
    const x = draw(shape, seed)
    layer.call(x).dispose()
    x.dispose()
  }
  return layer
}

describe('layers in onnxruntime', () => {
  for (const [name, [make, shape]] of Object.entries(LAYERS)) {
    it(`${name} gives the same, for any batch`, async () => {
      const model = seeded(make)
      await expectSame(model, { inputs: { x: ['N', ...shape] } }, { x: draw([4, ...shape]) })
    })
  }

  for (const opset of [13, 18, 21]) {
    it(`opset ${opset}`, async () => {
      const model = seeded(() => new Sequential(new LayerNorm(6), new Linear(6, 3), new Softmax()))
      await expectSame(model, { inputs: { x: [4, 6] }, opset }, { x: draw([4, 6]) })
    })
  }
})
