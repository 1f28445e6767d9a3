/** A net that has learnt to tell shapes looks at the shapes. */
import { Generator, manualSeed } from '@dl/core'
import {
  AdaptiveMaxPool2d,
  type AnyModule,
  BatchNorm2d,
  Conv2d,
  Flatten,
  LogSoftmax,
  MaxPool2d,
  ReLU,
  Sequential,
} from '@dl/layers'
import { adam } from '@dl/optim'
import {
  type Box,
  ConvLearner,
  classActivationMap,
  datasets,
  gradCam,
  ImageClassifierData,
  type Peak,
  type PixelImage,
  peakOf,
  randomDihedral,
  type ShapeItem,
  tfmsFromStats,
} from '@dl/vision'
import {
  concat,
  dispose,
  div,
  sub,
  type Tensor,
  type Tensor3D,
  tensor,
  tidy,
} from '@tensorflow/tfjs-core'
import { expect, it } from 'vitest'

const [SIZE, SEED] = [32, 2]
const PIXELS = { mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] }

const convolution = (inputs: number, outputs: number) => [
  new Conv2d(inputs, outputs, 3, { padding: 1, bias: false }),
  new BatchNorm2d(outputs),
  new ReLU(),
]

/** The pooling takes each class's highest place, so that the score cannot come of all the rest. */
const net = () =>
  new Sequential(
    new Sequential(...convolution(3, 8), new MaxPool2d(2)),
    new Sequential(...convolution(8, 16), new MaxPool2d(2)),
    new Sequential(...convolution(16, 16)),
    new Conv2d(16, 2, 1),
    new AdaptiveMaxPool2d(),
    new Flatten(),
    new LogSoftmax(),
  )

const METHODS: ((model: AnyModule, x: Tensor) => Tensor3D)[] = [
  (model, x) => classActivationMap(model, x, { layer: '3' }),
  (model, x) => gradCam(model, x, { layer: '2' }),
]

async function peaks(
  make: (x: Tensor) => Tensor3D,
  { validation }: ImageClassifierData,
): Promise<Peak[]> {
  const found: Peak[] = []
  for await (const { inputs, target } of validation) {
    const maps = make(inputs[0]!)
    found.push(...(await maps.array()).map(peakOf))
    for (const tensor of [inputs[0]!, target, maps]) tensor.dispose()
  }
  return found
}

/** The share of the peaks that lie in boxes. */
function hits(found: Peak[], boxes: readonly Box[]): number {
  const inside = found.filter(({ x, y }, i) => {
    const box = boxes[i]!
    const [right, down] = [x * SIZE - box.x, y * SIZE - box.y]
    return right >= 0 && right < box.width && down >= 0 && down < box.height
  })
  return inside.length / found.length
}

/** Pictures of two classes side by side, and which of them is asked for: the left one every other time. */
function pairsOf(items: readonly ShapeItem[]) {
  const couples = items
    .flatMap((one, i) => (i % 2 === 0 ? [[one, items[i + 1]!] as const] : []))
    .filter(([left, right]) => left.label !== right.label)
  const half = (side: 0 | 1) => {
    const pixels = couples.flatMap(couple => [...(couple[side].image as () => PixelImage)().data])
    return tensor(pixels, [couples.length, SIZE, SIZE, 3], 'float32')
  }
  const x = tidy(() => div(sub(div(concat([half(0), half(1)], 2), 255), PIXELS.mean), PIXELS.std))
  return { x, asked: couples.map((couple, i) => couple[(i % 2) as 0 | 1].label as number) }
}

/** The share of the maps of the class asked for whose peak is in its half. */
async function told(model: AnyModule, { x, asked }: ReturnType<typeof pairsOf>): Promise<number> {
  const maps = classActivationMap(model, x, { layer: '3', target: asked })
  const found = (await maps.array()).map(peakOf)
  maps.dispose()
  return found.filter((peak, i) => peak.x < 0.5 === (i % 2 === 0)).length / found.length
}

/** The weights of each tensor in another order: what was learnt is gone, their sizes are not. */
async function shuffleWeights(model: Sequential, seed: number): Promise<void> {
  const chance = new Generator(seed)
  const state = model.stateDict()
  for (const [name, weights] of Object.entries(state)) {
    const values = await weights.data()
    const order = [...chance.permutation(values.length)]
    state[name] = tensor(
      order.map(i => values[i]!),
      weights.shape,
    )
    weights.dispose()
  }
  model.loadStateDict(state)
  dispose(state)
}

it('has its peak on the object, on that of the class asked for, which shuffled weights find by chance', async ({
  skip,
}) => {
  skip(import.meta.env.DL_TEST_BACKEND !== 'wasm', 'elsewhere it takes a minute')
  manualSeed(SEED)
  const set = datasets.shapes({
    ...{ count: 600, validation: 64, size: SIZE, seed: SEED },
    classes: ['circle', 'cross'],
  })
  const tfms = tfmsFromStats(PIXELS, SIZE, { augTfms: [randomDihedral()] })
  const data = new ImageClassifierData(set, { bs: 32, seed: SEED, tfms })
  const boxes = set.validation.map(({ box }) => box)
  const model = net()
  const share = () =>
    Promise.all(METHODS.map(async method => hits(await peaks(x => method(model, x), data), boxes)))
  const learn = ConvLearner.fromModelData(model, data, { optFn: () => adam() })
  const { history } = await learn.fit(5e-3, 1, { cycleLen: 4, useOneCycle: true })
  expect(history.at(-1)!.accuracy).toBeGreaterThan(0.9)

  for (const trained of await share()) expect(trained).toBeGreaterThanOrEqual(0.8)
  // objects take a fifth of a picture
  const area = boxes.reduce((sum, { width, height }) => sum + width * height, 0)
  const chance = area / boxes.length / SIZE ** 2
  const others = [...boxes.slice(2), ...boxes.slice(0, 2)]
  const elsewhere = hits(await peaks(x => METHODS[0]!(model, x), data), others)
  expect(elsewhere).toBeLessThan(2 * chance)
  // Not so for one object alone: also without learning a net is struck by what stands out.
  const pairs = pairsOf(set.validation)
  expect(await told(model, pairs)).toBeGreaterThanOrEqual(0.8)
  const blind: number[] = []
  for (let seed = 0; seed < 6; seed++) {
    await shuffleWeights(model, seed)
    blind.push(await told(model, pairs))
  }
  const mean = blind.reduce((sum, one) => sum + one) / blind.length
  expect(Math.abs(mean - 0.5), `${blind}`).toBeLessThan(0.2)
  pairs.x.dispose()
  learn.dispose()
  model.dispose()
})
