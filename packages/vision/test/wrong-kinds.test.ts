/** Every export with arguments of wrong kinds, as plain JavaScript may give them: DlErrors, or nothing. */
import { DlError, Generator, showValue } from '@dl/core'
import { AdaptiveAvgPool2d, Conv2d, Flatten, Sequential } from '@dl/layers'
import * as vision from '@dl/vision'
import { ones, type Tensor } from '@tensorflow/tfjs-core'
import { afterAll, beforeAll, expect, it } from 'vitest'

const image: vision.PixelImage = {
  ...{ width: 6, height: 4, channels: 3 },
  data: new Uint8Array(72),
}
const STATS = { mean: [0, 0, 0], std: [1, 1, 1] }
const frame = { width: 8, height: 6 }
const map = [
  [0, 1],
  [1, 0],
]

let net: Sequential
let resnet: vision.ResNet
let x: Tensor
beforeAll(() => {
  net = new Sequential(new Conv2d(3, 2, 3), new AdaptiveAvgPool2d(), new Flatten())
  resnet = vision.resnet20({ widths: [1, 2, 3], classes: 2 })
  x = ones([1, 4, 6, 3])
})
afterAll(() => {
  for (const owner of [net, resnet, x]) owner.dispose()
})

const tiny = () => new vision.ResNet({ block: vision.BasicBlock, layers: [1], widths: [2] })
const loader = { length: 0, async *[Symbol.asyncIterator]() {} }
const data = { train: loader, c: 2 }
const prepare = () => x.clone()
const transforms = () => vision.tfmsFromStats(STATS, 4).validation
const predictor = () =>
  new vision.ImagePredictor({ model: net, classes: ['a', 'b'], transforms: transforms() })
const draw = (made: { draw(random: Generator, frame: vision.Frame): unknown }) =>
  made.draw(new Generator(1), frame)
const constructed =
  (Class: unknown) =>
  (...args: unknown[]) =>
    new (Class as new (...args: unknown[]) => unknown)(...args)

/** An argument that is there once the tests run. */
class Late {
  constructor(readonly make: () => unknown) {}
}
const late = (make: () => unknown) => new Late(make)

/** What right calls look like. */
const CALLS: Record<string, [call: (...args: never[]) => unknown, ...args: unknown[]]> = {
  BasicBlock: [constructed(vision.BasicBlock), 2, 3, { stride: 2 }],
  Bottleneck: [constructed(vision.Bottleneck), 2, 3, { stride: 2 }],
  PreActBlock: [constructed(vision.PreActBlock), 2, 3, { stride: 2 }],
  PreActBottleneck: [constructed(vision.PreActBottleneck), 2, 3, { stride: 2 }],
  ResNet: [constructed(vision.ResNet), { block: vision.BasicBlock, layers: [1], widths: [2] }],
  bodyOf: [vision.bodyOf, late(() => resnet), { cut: 2 }],
  convnetBuilder: [
    (...args) => vision.convnetBuilder(...(args as [never, never])).head,
    late(() => resnet),
    { classes: 2, xtraFc: [] },
  ],
  ConvLearner: [vision.ConvLearner.fromModelData, late(() => net), data, {}],
  pretrained: [vision.ConvLearner.pretrained, tiny, data, { weights: {}, xtraFc: [2] }],
  ImagePredictor: [
    constructed(vision.ImagePredictor),
    late(() => ({ model: net, classes: ['a'], transforms: transforms() })),
  ],
  predictOne: [(...args) => predictor().predictOne(...(args as [never])), image, { map: true }],
  export: [(...args) => predictor().export(...(args as [never])), '/no/such/folder/file'],
  loadLearner: [vision.loadLearner, new Uint8Array(3), { architectures: {} }],
  activationMap: [
    vision.activationMap,
    { weights: () => 1 },
    late(() => net),
    late(() => x),
    { target: 0 },
  ],
  gradCam: [vision.gradCam, late(() => net), late(() => x), { layer: '0', target: 1 }],
  gradCamPlusPlus: [
    vision.gradCamPlusPlus,
    late(() => net),
    late(() => x),
    { layer: '0', target: 1 },
  ],
  classActivationMap: [vision.classActivationMap, late(() => net), late(() => x), { layer: '0' }],
  peakOf: [vision.peakOf, map],
  zoomToPeak: [
    vision.zoomToPeak,
    image,
    late(() => net),
    { prepare, map: (y: Tensor) => vision.gradCam(net, y), fraction: 0.5 },
  ],
  heatMap: [vision.heatMap, map, { width: 4, height: 4, colormap: 'hot' }],
  enlarge: [vision.enlarge, image, 9],
  overlay: [
    vision.overlay,
    image,
    map,
    { alpha: 0.5, region: { x: 0, y: 0, width: 1, height: 1 } },
  ],
  colormap: [vision.colormap, 'hot'],
  encodePng: [vision.encodePng, image],
  toCanvas: [vision.toCanvas, image],
  showImages: [vision.showImages, [image], { labels: ['a'], columns: 1, scale: 1, as: 'png' }],
  showBatch: [
    vision.showBatch,
    { train: loader, classes: ['a'], denorm: (y: Tensor) => y },
    { count: 1, as: 'png' },
  ],
  picturesOf: [vision.picturesOf, late(() => x)],
  figuresHtml: [
    vision.figuresHtml,
    [{ image, caption: ['a'] }],
    { columns: 1, width: 9, title: 'a' },
  ],
  topLosses: [
    vision.topLosses,
    late(() => ({
      predictions: x,
      targets: x,
      images: [image],
      classes: ['a'],
      k: 1,
      which: 'worst',
    })),
  ],
  confusionPlot: [
    vision.confusionPlot,
    {
      classes: ['a', 'b'],
      counts: [
        [1, 0],
        [0, 1],
      ],
    },
    {},
  ],
  imageTransforms: [
    vision.imageTransforms,
    { size: 4, stats: STATS, transforms: [], pad: 1, padMode: 'zeros', on: 'host' },
  ],
  batch: [
    (...args) => transforms().batch(...(args as [never, never])),
    [image],
    [new Generator(1)],
  ],
  tfmsFromStats: [vision.tfmsFromStats, STATS, 4, { pad: 1, cropType: 'random', augTfms: [] }],
  tfmsFromModel: [vision.tfmsFromModel, 'resnet34', 4, { pad: 1 }],
  centerCrop: [size => draw(vision.centerCrop(size)), 4],
  randomCrop: [size => draw(vision.randomCrop(size)), 4],
  cutout: [options => draw(vision.cutout(options)), { n: 1, length: 2, p: 1 }],
  randomFlip: [options => draw(vision.randomFlip(options)), { p: 1 }],
  randomLighting: [(...args) => draw(vision.randomLighting(...(args as [never, never]))), 0.1, 0.1],
  randomRotate: [(...args) => draw(vision.randomRotate(...(args as [never]))), 10, { p: 1 }],
  randomZoom: [(...args) => draw(vision.randomZoom(...(args as [never]))), 1.1, { p: 1 }],
  randomResizedCrop: [
    (...args) => draw(vision.randomResizedCrop(...(args as [never]))),
    4,
    { area: [0.5, 1], aspect: [1, 1] },
  ],
  scaleTo: [(...args) => draw(vision.scaleTo(...(args as [never]))), 4, { maxZoom: 1.1, p: 1 }],
  squashTo: [size => draw(vision.squashTo(size)), 4],
  mixup: [vision.mixup, { alpha: 0.4 }],
}

const WRONG: unknown[] = [
  ...[undefined, null, true, 3, -1, 0.5, Number.NaN, '', 'x'],
  ...[[], [null], ['x'], {}, { x: 1 }, new Map(), () => 1, Promise.resolve(1)],
]

/** The arguments with each, and each field of each record, replaced by each wrong value. */
function* variants(args: readonly unknown[]): Iterable<unknown[]> {
  for (const [i, arg] of args.entries()) {
    for (const wrong of WRONG) {
      yield args.with(i, wrong)
      if (!isRecord(arg)) continue
      for (const name of Object.keys(arg)) yield args.with(i, { ...arg, [name]: wrong })
    }
    if (isRecord(arg)) yield args.with(i, { ...arg, misspelt: 1 })
  }
}
const isRecord = (arg: unknown): arg is Record<string, unknown> =>
  typeof arg === 'object' && arg !== null && Object.getPrototypeOf(arg) === Object.prototype

/** Frees what came out, if it is not the net or part of one that stays. */
function free(made: unknown): void {
  const owner = made as { dispose?: () => void; model?: unknown } | null | undefined
  if (owner?.model === net) return
  const model = owner?.model as { dispose?: () => void } | undefined
  for (const one of [owner, model]) if (typeof one?.dispose === 'function') one.dispose()
}

it.each(Object.entries(CALLS))('%s', async (_name, [call, ...given]) => {
  const args = given.map(arg => (arg instanceof Late ? arg.make() : arg))
  const wrong = new Set<string>()
  for (const variant of variants(args)) {
    try {
      free(await call(...(variant as never[])))
    } catch (error) {
      if (DlError.is(error)) continue
      wrong.add(`${(error as Error).message} for (${show(variant)})`)
    }
  }
  expect([...wrong]).toEqual([])
})

const show = (args: readonly unknown[]): string =>
  args
    .map(arg =>
      isRecord(arg)
        ? `{ ${Object.entries(arg)
            .map(([name, value]) => `${name}: ${showValue(value)}`)
            .join(', ')} }`
        : showValue(arg),
    )
    .join(', ')

it('a function that makes nets, where a net is wanted', () => {
  const messageOf = (call: () => unknown) => {
    try {
      call()
    } catch (error) {
      return (error as Error).message
    }
    return 'none'
  }
  const maker = vision.resnet20 as never
  expect(messageOf(() => vision.convnetBuilder(maker, { classes: 2 }))).toBe(
    'convnetBuilder got the function resnet20; expected a net. Call it: resnet20().',
  )
  expect(messageOf(() => vision.ConvLearner.fromModelData(maker, data))).toBe(
    'the model is the function resnet20; expected a Module of @dl/layers. Call it: the learner takes a net.',
  )
  expect(messageOf(() => vision.ConvLearner.fromModelData(net, loader as never))).toMatch(
    /^the data is a loader; expected an ImageClassifierData, .+ Say which it is: \{ train: loader, c: 10 \}\.$/,
  )
})
