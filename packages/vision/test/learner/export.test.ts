import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { DlError, defaultGenerator, manualSeed } from '@dl/core'
import { decodeSafetensors, encodeSafetensors } from '@dl/data'
import {
  AdaptiveAvgPool2d,
  architecture,
  Conv2d,
  Flatten,
  LogSoftmax,
  recipeOf,
  Sequential,
} from '@dl/layers'
import {
  ConvLearner,
  convnetBuilder,
  encodePng,
  ImageClassifierData,
  ImagePredictor,
  imagenetStats,
  imageTransforms,
  loadLearner,
  randomFlip,
  resnet18,
  resnet20,
  tfmsFromStats,
} from '@dl/vision'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { picture } from '../kit'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dl-export-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const CLASSES = ['cat', 'dog', 'café ☕']
/** As small as the net takes it: decoders differ in how they shrink. */
const image = picture(1, 20, 16)
const bytes = encodePng(image)

const narrow = ({ classes }: { classes: number }) =>
  resnet18({ widths: [2, 2, 3, 4], stem: 'cifar', classes })

/** It has trained a little, so that running statistics are none of a new net. */
let learn: ConvLearner
beforeAll(async () => {
  manualSeed(2)
  const items = [0, 1, 2, 0].map((label, i) => ({ image: picture(i, 16), label }))
  const tfms = tfmsFromStats(imagenetStats, 16, { augTfms: [randomFlip()], pad: 2 })
  const set = { classes: CLASSES, train: items, validation: items }
  const data = new ImageClassifierData(set, { tfms, bs: 4, seed: 1 })
  const trained = narrow({ classes: 5 })
  const weights = () => trained.stateDict()
  learn = await ConvLearner.pretrained(narrow, data, { weights, xtraFc: [4], ps: 0.1 })
  trained.dispose()
  learn.unfreeze()
  await learn.fit(0.01, 1)
})
afterAll(() => {
  learn.dispose()
  learn.model.dispose()
})

describe('an exported learner', () => {
  it('predicts as it did: read from a path, a Blob and bytes', async () => {
    const path = join(folder, 'deep', 'pets.safetensors')
    expect(await learn.export(path)).toBe(path)
    const file = await learn.export()
    expect([...(await readFile(path))]).toEqual([...file])
    const right = await learn.predictOne(bytes)
    for (const input of [path, file, new Blob([file as Uint8Array<ArrayBuffer>])]) {
      using pets = await loadLearner(input)
      expect([pets.classes, pets.isMulti, pets.model.training]).toEqual([CLASSES, false, false])
      expect(await pets.predictOne(bytes)).toEqual(right)
      expect(await pets.export()).toEqual(file)
    }
  })

  it('predicts as it did in another process', { timeout: 120_000 }, async () => {
    const path = await learn.export(join(folder, 'pets.safetensors'))
    const png = join(folder, 'cat.png')
    await writeFile(png, bytes)
    const program = `
      import '@tensorflow/tfjs-backend-cpu'
      import { loadLearner } from '@dl/vision'
      const pets = await loadLearner(${JSON.stringify(path)})
      console.log(JSON.stringify(await pets.predictOne(${JSON.stringify(png)})))
    `
    const found = JSON.parse(await run(program)) as Awaited<
      ReturnType<ImagePredictor['predictOne']>
    >
    const right = await learn.predictOne(png)
    expect([found.label, Object.keys(found.probabilities)]).toEqual([right.label, CLASSES])
    for (const name of CLASSES) {
      expect(found.probabilities[name]).toBeCloseTo(right.probabilities[name]!, 5)
    }
  })

  it('holds nets and heads of your own, which the program that loads it names', async () => {
    const mine = architecture('mine', ({ width, classes }: { width: number; classes: number }) => {
      const end = [new AdaptiveAvgPool2d(), new Flatten(), new LogSoftmax()]
      return new Sequential(new Conv2d(3, width, 3), new Conv2d(width, classes, 1), ...end)
    })
    const end = architecture('end', ({ classes }: { classes: number }) => {
      return new Sequential(new Conv2d(4, classes, 1), new AdaptiveAvgPool2d(), new Flatten())
    })
    const classes = CLASSES.length
    const net = resnet20({ widths: [2, 3, 4] })
    const parts = convnetBuilder(net, { classes, customHead: end({ classes }) })
    const transforms = tfmsFromStats(imagenetStats, 12, { cropType: 'none' }).validation
    for (const model of [mine({ width: 2, classes }), parts.model]) {
      const own = new ImagePredictor({ model, classes: CLASSES, transforms, isMulti: true })
      const file = await own.export()
      using again = await loadLearner(file, { architectures: { mine, end } })
      expect(String(again.model)).toBe(String(model))
      expect(again.isMulti).toBe(true)
      expect(await again.predictOne(image)).toEqual(await own.predictOne(image))
      model.dispose()
    }
    for (const [, child] of [...net.children()].slice(-2)) child.dispose()
  })

  it('leaves the generator as it was, and a net of which recipes are known', async () => {
    const file = await learn.export()
    const before = defaultGenerator().state()
    using pets = await loadLearner(file)
    expect(defaultGenerator().state()).toEqual(before)
    expect(recipeOf(pets.model)).toEqual({
      name: 'convnet',
      options: {
        net: { name: 'resnet18', options: { widths: [2, 2, 3, 4], stem: 'cifar', classes: 3 } },
        ...{ classes: 3, xtraFc: [4], ps: 0.1, isMulti: false },
      },
    })
  })
})

/** What a program prints that runs in a process of its own. */
async function run(program: string): Promise<string> {
  const outfile = join(folder, 'program.mjs')
  await build({
    stdin: { contents: program, resolveDir: import.meta.dirname },
    ...{ outfile, bundle: true, format: 'esm', platform: 'node', conditions: ['@dl/source'] },
    external: ['@napi-rs/image'],
    // the backend registers itself, which its package does not say of this file
    ignoreAnnotations: true,
    // tfjs-core asks for modules of Node by require
    banner: {
      js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url)",
    },
  })
  const { stdout } = await promisify(execFile)(process.execPath, [outfile])
  return stdout.trim().split('\n').at(-1)!
}

/** The code and message of what `ask` throws. */
async function complaint(ask: () => Promise<unknown>): Promise<string> {
  try {
    await ask()
  } catch (error) {
    return DlError.is(error) ? `${error.code}: ${error.message}` : `no DlError: ${error}`
  }
  return 'none'
}

describe('export refuses', () => {
  const transforms = tfmsFromStats(imagenetStats, 16).validation
  const exported = (model: Sequential, tfms = transforms, path?: unknown) =>
    complaint(() => {
      const own = new ImagePredictor({ model, classes: CLASSES, transforms: tfms })
      return own.export(path as string)
    })

  it('nets put together on the spot, or changed', async () => {
    using net = new Sequential(new Conv2d(3, 3, 1), new AdaptiveAvgPool2d(), new Flatten())
    expect(await exported(net)).toMatch(
      /^no-recipe: nothing says how Sequential was built; .+architecture\('myNet'/,
    )
    const body = resnet20({ widths: [2, 3, 4], classes: 0 })
    const { model } = convnetBuilder(body, { classes: 3, xtraFc: [] })
    model[model.length - 1] = new Flatten()
    expect(await exported(model)).toMatch(/^no-recipe: parts of Sequential were changed/)
    model.dispose()
    const own = convnetBuilder(net, { classes: 3, cut: 1, xtraFc: [] })
    expect(await exported(own.model)).toMatch(/^no-recipe: nothing says how Sequential was built/)
    for (const [, child] of [...own.model.children()].slice(1)) child.dispose()
  })

  it('transforms that leave something to chance, and paths that are none', async () => {
    using net = resnet20({ widths: [2, 3, 4] })
    const random = imageTransforms({
      ...{ size: 16, stats: imagenetStats },
      transforms: [randomFlip()],
    })
    const model = net as unknown as Sequential
    expect(await exported(model, random)).toMatch(/^no-recipe: nothing says how the transforms of/)
    for (const path of ['', 3, null, {}]) {
      expect(await exported(model, transforms, path)).toMatch(
        /^bad-option: the path to export to is/,
      )
    }
    expect(await exported(model, transforms, join(folder, '\0'))).toMatch(/^write-failed: /)
  })
})

describe('loadLearner refuses', () => {
  let whole: Uint8Array
  beforeAll(async () => {
    using model = resnet20({ widths: [2, 3, 4], classes: 3 })
    const transforms = tfmsFromStats(imagenetStats, 16).validation
    whole = await new ImagePredictor({ model, classes: CLASSES, transforms }).export()
  })

  /** What loading says of the file with other metadata; null leaves a part out. */
  const changed = (parts: Record<string, unknown>, options?: unknown) =>
    complaint(async () => {
      const { tensors, metadata } = decodeSafetensors(whole)
      const own = Object.entries({ ...metadata }).filter(([name]) => parts[name] !== null)
      const other = Object.entries(parts)
        .filter(([, part]) => part !== null)
        .map(([name, part]) => [name, name === 'version' ? part : JSON.stringify(part)])
      const file = encodeSafetensors(tensors, Object.fromEntries([...own, ...other]))
      using learner = await loadLearner(file, options as object)
      return learner
    })

  it('nothing of a whole file', async () => {
    expect(await changed({})).toBe('none')
  })

  it('architectures that nobody knows, by name', async () => {
    expect(await changed({ recipe: { name: 'vgg16', options: {} } })).toBe(
      'unknown-architecture: no function builds the architecture "vgg16"; expected one of convnet, ' +
        'preActResnet18, preActResnet34, preActResnet50, resnet18, resnet20, resnet32, resnet34, resnet50, resnet56. ' +
        'Give the function that built it: { architectures: { vgg16 } }.',
    )
    const inner = { name: 'convnet', options: { net: { name: 'constructor' }, classes: 3 } }
    expect(await changed({ recipe: inner })).toMatch(/^unknown-architecture: .+"constructor"/)
    const name = 'resnet20'
    const wrong = { architectures: { resnet20: 3 } }
    expect(await changed({ recipe: { name } }, wrong)).toMatch(/^unknown-architecture: /)
  })

  it.each<[string, Record<string, unknown>, RegExp]>([
    ['another version', { version: '7' }, /^bad-model-file: .+version 7 of the format/],
    ['no classes', { classes: null }, /^bad-model-file: the bytes has no classes; expected recipe/],
    ['no transforms', { transforms: null }, /^bad-model-file: the bytes has no transforms/],
    ['no recipe', { recipe: null }, /^bad-model-file: the bytes has no recipe/],
    ['a recipe of another kind', { recipe: 'resnet20' }, /^bad-recipe: a recipe is "resnet20"/],
    ['options that are none', { recipe: { name: 'resnet20', options: 3 } }, /^bad-recipe: /],
    ['no net in a convnet', { recipe: { name: 'convnet' } }, /^bad-recipe: /],
    ['sizes of another net', { recipe: { name: 'resnet20' } }, /^state-mismatch: .+wrong shape/],
    [
      'widths that are none',
      { recipe: { name: 'resnet20', options: { widths: 'wide' } } },
      /^bad-(recipe|option): /,
    ],
    ['classes of another kind', { classes: { cat: 1 } }, /^bad-option: the classes are/],
    ['transforms of another kind', { transforms: [] }, /^bad-recipe: the transforms are \[\]/],
    [
      'a step that nobody knows',
      {
        transforms: {
          ...{ size: 16, stats: imagenetStats, pad: 0, padMode: 'reflect', transforms: [] },
          scale: ['eval', 'process.exit()'],
        },
      },
      /^bad-recipe: the transforms have the step \["eval","process.exit\(\)"\]; expected one of scaleTo, squashTo/,
    ],
    [
      'a size that is none',
      {
        transforms: {
          ...{ size: -1, stats: imagenetStats, pad: 0, padMode: 'reflect', transforms: [] },
          scale: ['scaleTo', 16],
        },
      },
      /^bad-option: imageTransforms got size -1/,
    ],
  ])('%s', async (_kind, parts, message) => {
    expect(await changed(parts)).toMatch(message)
  })

  it('files that are no exported learner, damaged ones, and what is no file', async () => {
    const load = (file: unknown, options?: unknown) =>
      complaint(() => loadLearner(file as string, options as object))
    expect(await load(whole.subarray(0, whole.length - 9))).toMatch(/^bad-safetensors: /)
    expect(await load(encodeSafetensors({}, { recipe: '{}' }))).toMatch(
      /^bad-model-file: the bytes is a safetensors file, but no exported model/,
    )
    expect(await load(join(folder, 'none'))).toMatch(/^not-found: /)
    for (const file of [undefined, null, 3, {}, '']) {
      expect(await load(file)).toMatch(/^bad-option: an exported model was asked for, and there is/)
    }
    expect(await load(whole, { architecture: {} })).toMatch(/Did you mean architectures\?$/)
  })
})
