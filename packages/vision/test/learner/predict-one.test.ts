import { DlError, holdings, Buffer as State } from '@dl/core'
import {
  AdaptiveAvgPool2d,
  type AnyModule,
  BatchNorm2d,
  Conv2d,
  Flatten,
  LogSoftmax,
  Module,
  Sequential,
  Softmax,
} from '@dl/layers'
import {
  type ConvData,
  ConvLearner,
  centerCrop,
  encodePng,
  ImageClassifierData,
  ImagePredictor,
  imageTransforms,
  overlay,
  type PictureInput,
  type PixelImage,
  scaleTo,
  tfmsFromStats,
} from '@dl/vision'
import { add, mean, ones, scalar, type Tensor, tensor } from '@tensorflow/tfjs-core'
import { afterEach, describe, expect, it } from 'vitest'
import { picture } from '../kit'

const PLAIN = { mean: [0, 0, 0], std: [1, 1, 1] }
const CLASSES = ['red', 'green', 'blue']

const made: { dispose(): void }[] = []
const held = <T extends { dispose(): void }>(owner: T): T => {
  made.push(owner)
  return owner
}
afterEach(() => {
  for (const owner of made.splice(0)) owner.dispose()
})

/** A score for each channel: its mean, ten times. */
function channelNet(...end: Module[]): Sequential {
  const conv = new Conv2d(3, 3, 1, { bias: false })
  const weight = tensor([10, 0, 0, 0, 10, 0, 0, 0, 10], [1, 1, 3, 3])
  conv.weight.assign(weight)
  weight.dispose()
  return held(new Sequential(conv, new AdaptiveAvgPool2d(), new Flatten(), ...end))
}

const predictor = (model: AnyModule, size = 16, isMulti = false): ImagePredictor =>
  new ImagePredictor({
    model,
    classes: CLASSES,
    isMulti,
    transforms: tfmsFromStats(PLAIN, size).validation,
  })

/** Of one colour. */
function plain(rgb: readonly number[], width = 24, height = 20): PixelImage {
  const data = Uint8Array.from(
    { length: width * height * rgb.length },
    (_, i) => rgb[i % rgb.length]!,
  )
  return { width, height, channels: rgb.length, data }
}

const softmaxOf = (scores: number[]): number[] => {
  const parts = scores.map(Math.exp)
  return parts.map(part => part / parts.reduce((a, b) => a + b))
}

const GREENISH = [51, 102, 0]
/** Of the scores 2, 4 and 0. */
const RIGHT = softmaxOf([2, 4, 0])

const expectRight = (probabilities: Readonly<Record<string, number>>, right = RIGHT) => {
  expect(Object.keys(probabilities)).toEqual(CLASSES)
  CLASSES.forEach((name, i) => {
    expect(probabilities[name]).toBeCloseTo(right[i]!, 5)
  })
}

describe('predictOne', () => {
  it.each<[string, Module[]]>([
    ['scores', []],
    ['log-probabilities', [new LogSoftmax()]],
    ['probabilities', [new Softmax()]],
  ])('names the likeliest class of a net that ends in %s', async (_end, end) => {
    const found = await predictor(channelNet(...end)).predictOne(plain(GREENISH))
    expect(Object.keys(found)).toEqual(['label', 'labels', 'probabilities'])
    expect([found.label, found.labels]).toEqual(['green', ['green']])
    expectRight(found.probabilities)
  })

  it('gives all labels that are likely enough, where a picture may have several', async () => {
    const several = predictor(channelNet(), 16, true)
    const { labels, label, probabilities } = await several.predictOne(plain(GREENISH))
    expect([label, labels]).toEqual(['green', ['red', 'green', 'blue']]) // sigmoid(0) is 0.5
    expectRight(
      probabilities,
      [2, 4, 0].map(score => 1 / (1 + Math.exp(-score))),
    )
    const strict = await several.predictOne(plain(GREENISH), { threshold: 0.95 })
    expect(strict.labels).toEqual(['green'])
    expect((await several.predictOne(plain(GREENISH), { threshold: 1 })).labels).toEqual([])
  })

  it('takes files, pixels, ImageData and tensors alike', async () => {
    const colours = predictor(channelNet())
    const image = plain(GREENISH)
    const bytes = encodePng(image) as Uint8Array<ArrayBuffer>
    const rgba = plain([...GREENISH, 255])
    const shape = [image.height, image.width, 3]
    const pixels = held(tensor(image.data, shape, 'int32'))
    const inputs: PictureInput[] = [
      ...[image, rgba, bytes, bytes.slice().buffer, new Blob([bytes])],
      ...[new File([bytes], 'green.png')],
      { width: 24, height: 20, data: new Uint8ClampedArray(rgba.data) } as ImageData,
      ...[
        pixels,
        held(
          tensor(
            Float32Array.from(image.data, v => v / 255),
            [1, ...shape],
          ),
        ),
      ],
    ]
    for (const input of inputs) expectRight((await colours.predictOne(input)).probabilities)
    expect(pixels.isDisposed).toBe(false)
  })

  it('takes grey for colours and colours for grey, and lays what is transparent on black', async () => {
    const colours = predictor(channelNet())
    const { probabilities } = await colours.predictOne(plain([51]))
    expectRight(probabilities, [1 / 3, 1 / 3, 1 / 3])
    const glass = await colours.predictOne(plain([102, 204, 0, 128]))
    for (const [i, name] of CLASSES.entries()) {
      expect(glass.probabilities[name]).toBeCloseTo(RIGHT[i]!, 1)
    }
    const seen: number[][] = []
    class Look extends Module {
      forward(x: Tensor) {
        seen.push(x.shape)
        return ones([1, 2])
      }
    }
    const model = new Look()
    const transforms = tfmsFromStats({ mean: [0], std: [1] }, 4).validation
    const grey = new ImagePredictor({ model, classes: ['a', 'b'], transforms })
    for (const rgb of [[9], GREENISH, [1, 2, 3, 4]]) await grey.predictOne(plain(rgb))
    expect(seen).toEqual([1, 2, 3].map(() => [1, 4, 4, 1]))
  })

  it('without transforms takes the channels that the first convolution takes', async () => {
    const model = held(new Sequential(new Conv2d(1, 2, 3), new AdaptiveAvgPool2d(), new Flatten()))
    const data = ImageClassifierData.fromArrays({
      train: [{ data: new Uint8Array(32), shape: [2, 4, 4, 1] }, [0, 1]],
      validation: [{ data: new Uint8Array(32), shape: [2, 4, 4, 1] }, [0, 1]],
    })
    const learn = held(ConvLearner.fromModelData(model, data))
    const { probabilities } = await learn.predictOne(plain(GREENISH, 4, 4))
    expect(Object.keys(probabilities)).toEqual(['0', '1'])
  })

  it('agrees with the validation loader of its learner', async () => {
    const items = [0, 1, 2].map(i => ({ image: picture(i, 24, 17), label: i }))
    const tfms = tfmsFromStats({ mean: [0.4, 0.5, 0.6], std: [0.2, 0.3, 0.2] }, 12, { pad: 2 })
    const set = { classes: CLASSES, train: items, validation: items }
    const data = new ImageClassifierData(set, { tfms, bs: 2, seed: 1 })
    const learn = held(ConvLearner.fromModelData(channelNet(new LogSoftmax()), data))
    const all = held(await learn.predict())
    const rows = (await all.array()) as number[][]
    for (const [i, { image }] of items.entries()) {
      expectRight((await learn.predictOne(image)).probabilities, rows[i]!.map(Math.exp))
    }
  })

  it('leaves modes, carried state, running statistics and the number of tensors as they are', async () => {
    class Carrying extends Module {
      state = new State(() => scalar(1), { carried: true })
      norm = new BatchNorm2d(3)
      net = channelNet()
      forward(x: Tensor) {
        this.state.write(() => add(this.state.value, mean(x)))
        return this.net.call(this.norm.call(x))
      }
    }
    const model = new Carrying()
    held(model.norm)
    held(model.state)
    model.train()
    model.net.eval()
    const values = () =>
      Promise.all([...model.namedBuffers()].map(async ([, { value }]) => [...(await value.data())]))
    const before = [await values(), holdings().tensors]
    const found = await predictor(model).predictOne(plain(GREENISH), { map: true })
    expect(found.map!.length).toBe(16)
    expect([await values(), holdings().tensors]).toEqual(before)
    expect([model.training, model.norm.training, model.net.training]).toEqual([true, true, false])
    const wrong = new ImagePredictor({ ...predictor(model), classes: ['one'] })
    await expect(wrong.predictOne(plain(GREENISH))).rejects.toThrow(
      'the net puts out [1, 3] for one picture; expected [1, 1], a score for each of one.',
    )
    expect([await values(), holdings().tensors]).toEqual(before)
    expect(model.training).toBe(true)
  })
})

/** Black, with a bright square of `side` about (x, y). */
function spot(width: number, height: number, x: number, y: number, side = 8): PixelImage {
  const image = plain([0, 0, 0], width, height)
  for (let j = y - side / 2; j < y + side / 2; j++) {
    image.data.fill(255, 3 * (j * width + x - side / 2), 3 * (j * width + x + side / 2))
  }
  return image
}

/** The middle of the brightest pixels. */
function brightest({ width, height, data }: PixelImage): [x: number, y: number] {
  const light = Array.from({ length: width * height }, (_, i) => data[3 * i]! + data[3 * i + 2]!)
  const most = Math.max(...light)
  const places = light.flatMap((value, i) => (value === most ? [i] : []))
  const middle = (values: number[]) => values.reduce((a, b) => a + b) / values.length + 0.5
  return [middle(places.map(i => i % width)), middle(places.map(i => Math.floor(i / width)))]
}

describe('a map over the picture it is of', () => {
  const ways: [string, ImagePredictor['transforms']][] = [
    ['scaled and cropped in the middle', tfmsFromStats(PLAIN, 20).validation],
    ['squashed', tfmsFromStats(PLAIN, 20, { cropType: 'none' }).validation],
    [
      'scaled to more, padded and cropped',
      imageTransforms({
        size: 20,
        stats: PLAIN,
        scale: scaleTo(22),
        pad: 3,
        padMode: 'zeros',
        transforms: [centerCrop(20)],
      }),
    ],
  ]
  it.each(ways)('lies in the right place of one that was %s', async (_way, transforms) => {
    const model = channelNet()
    const seer = new ImagePredictor({ model, classes: CLASSES, transforms })
    const sizes = [
      [100, 60, 66, 24],
      [60, 100, 24, 66],
      [61, 41, 26, 20],
    ] as const
    for (const [width, height, x, y] of sizes) {
      const image = spot(width, height, x, y)
      const { map, region } = await seer.predictOne(image, { map: { layer: '0', target: 0 } })
      const drawn = overlay(image, map!, { region, alpha: 1, colormap: 'gray' })
      expect([drawn.width, drawn.height]).toEqual([width, height])
      const [across, down] = brightest(drawn)
      expect(Math.abs(across - x), `${width} x ${height} across`).toBeLessThan(1.5)
      expect(Math.abs(down - y), `${width} x ${height} down`).toBeLessThan(1.5)
    }
  })

  it('leaves what the net did not see as it is', async () => {
    const image = spot(100, 60, 50, 30)
    image.data.fill(77, 0, 3)
    const seer = predictor(channelNet(), 20)
    const { map, region } = await seer.predictOne(image, { map: true })
    const { x, y, width, height } = region!
    expect([33 * x, y, 33 * width, height].map(v => Math.round(1e9 * v) / 1e9)).toEqual([
      7, 0, 20, 1,
    ])
    const { data } = overlay(image, map!, { region })
    expect([...data.subarray(0, 6)]).toEqual([77, 77, 77, 0, 0, 0])
    // hot is not quite black where it begins
    const edge = Math.ceil((7 / 33) * 100 - 0.5)
    expect([...data.subarray(3 * (edge - 1), 3 * edge + 3)]).toEqual([0, 0, 0, 5, 0, 0])
  })
})

describe('predictOne refuses', () => {
  const messageOf = async (input: unknown, options?: unknown): Promise<string> => {
    try {
      await predictor(channelNet()).predictOne(input as never, options as never)
    } catch (error) {
      return DlError.is(error) ? `${error.code}: ${error.message}` : `no DlError: ${error}`
    }
    return 'none'
  }

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['a number', 3],
    ['a list', [1, 2]],
    ['a function', () => 1],
    ['a record', { width: 2, height: 2 }],
    ['pixels of another kind', { width: 1, height: 1, channels: 1, data: [3] }],
  ])('%s', async (_kind, input) => {
    expect(await messageOf(input)).toMatch(
      /^bad-option: a picture to predict is .+; expected a path, a URL, a Blob, the bytes of a file, \{ width, height, channels, data \}, an ImageData or a tensor of pixels\.$/,
    )
  })

  it('files and pixels that are no pictures', async () => {
    expect(await messageOf('no/such/file.png')).toMatch(/^not-found: .*no\/such\/file\.png/)
    expect(await messageOf('')).toMatch(/^bad-option: .+an empty text/)
    expect(await messageOf(new Uint8Array(3))).toMatch(/^bad-image: the bytes /)
    expect(await messageOf({ ...plain(GREENISH), width: 3 })).toMatch(/^bad-image: a picture of 3/)
    const normalised = held(tensor([[[-2, 0, 1]]]))
    expect(await messageOf(normalised)).toBe(
      'bad-image: the tensor of a picture is float32 and has a value of -2; expected pixels, ' +
        'int32 from 0 to 255 or float32 from 0 to 1; they are normalised here. ' +
        'What is normalised already goes to the model itself: model.call(x).',
    )
    expect(await messageOf(held(ones([2, 4, 4, 3])))).toMatch(
      /^bad-image: the tensor of a picture is float32 \[2, 4, 4, 3\]; expected \[height, width, channels\] of one/,
    )
  })

  it('options that there are not', async () => {
    const image = plain(GREENISH)
    expect(await messageOf(image, { maps: true })).toBe(
      'bad-option: predictOne has no option maps; expected one of map, threshold. Did you mean map?',
    )
    expect(await messageOf(image, { threshold: 2 })).toMatch(/^bad-option: threshold is 2/)
    expect(await messageOf(image, { map: { layr: '0' } })).toMatch(/Did you mean layer\?$/)
    expect(await messageOf(image, { map: { layer: '9' } })).toMatch(/^no-module: /)
    expect(await messageOf(image, { map: 'yes' })).toMatch(/^bad-option: /)
    expect(await messageOf(image, 3)).toMatch(/^bad-option: predictOne's options are 3/)
  })

  it('a learner whose data does not say its classes', async () => {
    const loader = { length: 0, async *[Symbol.asyncIterator]() {} }
    const ask = (data: ConvData) => {
      const learn = held(ConvLearner.fromModelData(channelNet(), data))
      return learn.predictOne(plain(GREENISH))
    }
    const data = { train: loader, c: 3 }
    await expect(ask(data)).rejects.toThrow(
      'the data has no classes; expected classes, their names, and tfms, as ImageClassifierData has them. ' +
        'Add them to the data, or make new ImagePredictor({ model, classes, transforms }).',
    )
    await expect(ask({ ...data, classes: CLASSES })).rejects.toThrow('the data has no tfms')
    await expect(ask({ ...data, isReg: true })).rejects.toThrow('the data is of a regression')
  })
})
