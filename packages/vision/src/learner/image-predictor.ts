/** A trained net that names what is in one picture: all that is left of a learner once it has learnt. */
import { checkOptions, DlError, Generator, noGrad, showShape, showValue } from '@dl/core'
import { encodeModelFile, files, type ModelFile } from '@dl/data'
import { type AnyModule, isModule, requireRecipe } from '@dl/layers'
import { dispose, Tensor, type Tensor3D, tidy } from '@tensorflow/tfjs-core'
import { type GradCamOptions, gradCam } from '../maps/grad-cam'
import { inEvaluation } from '../maps/pass'
import type { PixelImage } from '../pixel-image'
import type { ImageTransforms, Region } from '../transforms/image-transforms'
import { inChannels, type PictureInput, pixelsOf } from './picture-input'
import { probabilitiesOf } from './probabilities'

export const KIND = 'image-classifier'
export const PARTS = ['recipe', 'classes', 'isMulti', 'transforms'] as const

export interface ImagePredictorOptions {
  model: AnyModule
  classes: readonly string[]
  /** Those of validation: from a picture of any size to the net's input. */
  transforms: ImageTransforms
  /** Whether a picture may have several labels (default false). */
  isMulti?: boolean
}

export interface PredictOneOptions {
  /** Whether a Grad-CAM of the likeliest class is made, too, or what it is made of (default false). */
  map?: boolean | Pick<GradCamOptions, 'layer' | 'target'>
  /** From which probability on one of several labels is given (default 0.5). */
  threshold?: number
}

/** What a net takes a picture for. */
export interface PredictionOfOne {
  /** The likeliest class. */
  readonly label: string
  /** It alone; where a picture may have several labels, those that reach the threshold. */
  readonly labels: readonly string[]
  /** Of each class. */
  readonly probabilities: Readonly<Record<string, number>>
  /** Where asked for, [h, w] from 0 to 1: `overlay(picture, map, { region })` draws it. */
  readonly map?: number[][]
  /** The part of the picture that the net saw, and that the map is about. */
  readonly region?: Region
}

/**
 * Predicts one picture at a time, as `learn.predictOne` does, without data or an optimizer; what
 * `loadLearner` gives. The model is left as it was: its mode, its carried state.
 *
 * @throws DlError `bad-option`
 *
 * @example
 * ```ts
 * import { AdaptiveAvgPool2d, Conv2d, Flatten, Sequential } from '@dl/layers'
 * import { ImagePredictor, imagenetStats, tfmsFromStats } from '@dl/vision'
 *
 * const model = new Sequential(new Conv2d(3, 2, 3), new AdaptiveAvgPool2d(), new Flatten())
 * const transforms = tfmsFromStats(imagenetStats, 32).validation
 * const pets = new ImagePredictor({ model, classes: ['cat', 'dog'], transforms })
 * const picture = { width: 60, height: 40, channels: 3, data: new Uint8Array(7200) }
 * const { label, probabilities, map } = await pets.predictOne(picture, { map: true })
 * ;['cat', 'dog'].includes(label) // → true
 * Object.keys(probabilities) // → cat,dog
 * map!.length // → 30
 * pets.dispose()
 * ```
 */
export class ImagePredictor {
  readonly model: AnyModule
  readonly classes: readonly string[]
  readonly transforms: ImageTransforms
  readonly isMulti: boolean

  constructor(options: ImagePredictorOptions) {
    const { model, classes, transforms, isMulti } = checkOptions('ImagePredictor', options, [
      'model',
      'classes',
      'transforms',
      'isMulti',
    ])
    const isList = Array.isArray(classes) && classes.every(name => typeof name === 'string')
    const problem = !isModule(model)
      ? { problem: `the model is ${showValue(model)}`, expected: 'a Module of @dl/layers' }
      : !isList || classes.length === 0
        ? { problem: `the classes are ${showValue(classes)}`, expected: 'a list of names' }
        : typeof transforms?.batch !== 'function'
          ? {
              problem: `the transforms are ${showValue(transforms)}`,
              expected: 'those of validation: tfmsFromStats(stats, size).validation',
            }
          : null
    if (problem !== null) throw new DlError('bad-option', problem)
    this.model = model
    this.classes = classes
    this.transforms = transforms
    this.isMulti = isMulti ?? false
  }

  /**
   * What is in a picture. Nothing is yours to dispose, and a tensor given stays yours.
   *
   * @throws DlError `bad-option` for what is no picture; `bad-image`, `no-decoder`, `not-found`,
   *   `read-failed`; `shape-mismatch` for a net that does not give a score for each class
   */
  async predictOne(
    picture: PictureInput,
    options: PredictOneOptions = {},
  ): Promise<PredictionOfOne> {
    const { map = false, threshold = 0.5 } = checkOptions('predictOne', options, [
      'map',
      'threshold',
    ])
    if (!(threshold >= 0 && threshold <= 1)) {
      throw new DlError('bad-option', {
        problem: `threshold is ${showValue(threshold)}`,
        expected: 'a number from 0 to 1',
      })
    }
    const { transforms, classes, isMulti } = this
    const image = this.#inItsChannels(await pixelsOf(picture, transforms.decodeSide))
    const maps =
      map === false ? null : map === true ? {} : checkOptions('map', map, ['layer', 'target'])
    const [output, rows] = this.#run(image, maps) as [Tensor, Tensor3D?]
    try {
      const probabilities = probabilitiesOf(await output.data<'float32'>(), isMulti)
      const best = probabilities.indexOf(Math.max(...probabilities))
      const label = classes[best]!
      return {
        label,
        labels: isMulti ? classes.filter((_, i) => probabilities[i]! >= threshold) : [label],
        probabilities: Object.fromEntries(classes.map((name, i) => [name, probabilities[i]!])),
        ...(rows && { map: (await rows.array())[0]! }),
        ...(rows && transforms.region && { region: transforms.region(image) }),
      }
    } finally {
      dispose({ output, ...(rows && { rows }) })
    }
  }

  /**
   * Writes all that {@link loadLearner} needs to one file: weights and running statistics, how the
   * net is built, classes, transforms.
   *
   * @param path of the file; without one, as in a page, its bytes are returned
   * @returns the path, or the bytes
   * @throws DlError `no-recipe` where nothing says how the net or the transforms are made;
   *   `write-failed`
   */
  export(path: string): Promise<string>
  export(): Promise<Uint8Array>
  async export(path?: string): Promise<string | Uint8Array> {
    if (path !== undefined && (typeof path !== 'string' || path === '')) {
      throw new DlError('bad-option', {
        problem: `the path to export to is ${showValue(path)}`,
        expected: 'the path of a file, or none for its bytes',
      })
    }
    const { model, classes, isMulti, transforms } = this
    const parts = {
      recipe: requireRecipe(model),
      classes,
      isMulti,
      transforms: requireTransforms(transforms),
    } satisfies Record<(typeof PARTS)[number], unknown>
    const tensors = model.stateDict()
    let bytes: Uint8Array
    try {
      bytes = await encodeModelFile({ kind: KIND, parts, tensors } satisfies ModelFile)
    } finally {
      dispose(tensors)
    }
    if (path === undefined) return bytes
    await files.writeAtomic(path, bytes)
    return path
  }

  /** Frees the model. */
  dispose(): void {
    this.model.dispose()
  }

  [Symbol.dispose](): void {
    this.dispose()
  }

  #inItsChannels(image: PixelImage): PixelImage {
    const { stats, size } = this.transforms
    // without transforms all channels have the same stats
    const channels = size === 0 ? channelsInto(this.model) : stats.mean.length
    return channels === null ? image : inChannels(image, channels)
  }

  /** In one go, so that a net that trains meanwhile is never met in evaluation. */
  #run(image: PixelImage, map: GradCamOptions | null): Tensor[] {
    const { model, transforms, classes } = this
    return tidy(() => {
      const x = transforms.batch([image], [new Generator(0)])
      const output: unknown = noGrad(() => inEvaluation(model, () => model.call(x)))
      if (!(output instanceof Tensor) || output.size !== classes.length) {
        const shape = output instanceof Tensor ? showShape(output.shape) : 'no tensor'
        throw new DlError('shape-mismatch', {
          problem: `the net puts out ${shape} for one picture`,
          expected: `[1, ${classes.length}], a score for each of ${classes.join(', ')}`,
        })
      }
      return map === null ? [output] : [output, gradCam(model, x, map)]
    })
  }
}

/** Channels of the pictures that the first convolution takes. */
function channelsInto(model: AnyModule): number | null {
  for (const [, module] of model.namedModules()) {
    const { inputs, kernelSize } = module as { inputs?: unknown; kernelSize?: unknown }
    if (kernelSize !== undefined && typeof inputs === 'number') return inputs
  }
  return null
}

function requireTransforms({ recipe }: ImageTransforms) {
  if (recipe !== undefined) return recipe
  throw new DlError('no-recipe', {
    problem: 'nothing says how the transforms of validation are made',
    expected: 'those of tfmsFromStats, or of imageTransforms with scaleTo, squashTo and centerCrop',
    fix: 'Leave chance to the transforms of training.',
  })
}
