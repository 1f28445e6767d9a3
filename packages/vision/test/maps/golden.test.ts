/** Maps against hooks in PyTorch; see scripts/fixtures/maps.py. */
import {
  AdaptiveAvgPool2d,
  AdaptiveMaxPool2d,
  Conv2d,
  Flatten,
  Linear,
  LogSoftmax,
  type Module,
  ReLU,
  Sequential,
  Tanh,
} from '@dl/layers'
import { classActivationMap, gradCam, gradCamPlusPlus } from '@dl/vision'
import { dispose } from '@tensorflow/tfjs-core'
import { expect, it } from 'vitest'
import { expectGolden, type Golden, hashed, readFixture } from '../../../../scripts/golden'

type Net = 'conv' | 'linear' | 'deep'

interface Case {
  method: 'cam' | 'gradCam' | 'gradCamPlusPlus'
  net: Net
  layer: string
  target: number[] | 'predicted' | 'probabilities'
  raw: Golden
  map: Golden
}

const body = (channels: number): Module[] => [
  new Conv2d(3, 6, 3, { stride: 2, padding: 1 }),
  new ReLU(),
  new Conv2d(6, channels, 3, { padding: 1 }),
]

const NETS: Record<Net, () => Module[]> = {
  conv: () => [...body(5), new AdaptiveAvgPool2d(), new Flatten(), new LogSoftmax()],
  linear: () => [
    ...body(8),
    ...[new ReLU(), new AdaptiveAvgPool2d(), new Flatten(), new Linear(8, 5)],
  ],
  deep: () => [
    ...body(8),
    ...[new ReLU(), new AdaptiveMaxPool2d(2), new Flatten({ channelsFirst: true })],
    ...[new Linear(32, 7), new Tanh(), new Linear(7, 5)],
  ],
}

function filled(name: Net): Sequential {
  const model = new Sequential(...NETS[name]())
  const state = model.stateDict()
  Object.entries(state).forEach(([key, tensor], i) => {
    const fanIn = tensor.shape.slice(1).reduce((a, b) => a * b, 1)
    state[key] = hashed(20 + i, tensor.shape, 2 / Math.sqrt(fanIn))
    tensor.dispose()
  })
  model.loadStateDict(state)
  dispose(state)
  return model
}

it.each(readFixture<Case[]>(import.meta.url.replace(/maps\/[^/]*$/, ''), 'maps'))(
  '$method of the net "$net" at $layer for $target',
  async ({ method, net, layer, target, raw, map }) => {
    const model = filled(net)
    const x = hashed(1, [3, 9, 9, 3])
    const make = { cam: classActivationMap, gradCam, gradCamPlusPlus }[method]
    // hooks in PyTorch were given what the net puts out, log-softmax and all
    const linear = method === 'cam' && net === 'linear' && { linear: '6' }
    const options = { layer, target, scores: '', ...linear }
    const ours = make(model, x, { ...options, normalise: false })
    const scaled = make(model, x, options)
    expect(ours.shape).toEqual([3, 5, 5])
    await expectGolden('raw', ours, raw)
    await expectGolden('map', scaled, map)
    for (const owner of [x, ours, scaled, model]) owner.dispose()
  },
)
