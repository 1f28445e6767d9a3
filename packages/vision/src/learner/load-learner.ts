/** A trained net out of a file, in whichever process or page. */
import { checkOptions, DlError, defaultGenerator } from '@dl/core'
import { type FileInput, readModelFile } from '@dl/data'
import { type AnyModule, type Architectures, fromRecipe } from '@dl/layers'
import { dispose, type Tensor } from '@tensorflow/tfjs-core'
import { transformsFrom } from '../transforms/from-recipe'
import { architectures as own } from './architectures'
import { ImagePredictor, KIND, PARTS } from './image-predictor'

export interface LoadLearnerOptions {
  /** Functions that build nets of your own, under the names they were exported with. */
  architectures?: Architectures
}

/**
 * What `learn.export` wrote, ready to predict; yours to dispose. The file is data: a net is built by
 * a function of this package, or of yours, that the file names.
 *
 * @param file its path (in a page its URL), a URL, a Blob or the bytes
 * @throws DlError `unknown-architecture` with the names that are known; `bad-model-file`,
 *   `bad-recipe`, `bad-safetensors`, `state-mismatch`, `not-found`, `read-failed`
 *
 * @example
 * ```ts
 * import { ImagePredictor, imagenetStats, loadLearner, resnet20, tfmsFromStats } from '@dl/vision'
 *
 * const model = resnet20({ classes: 2, widths: [2, 3, 4] })
 * const transforms = tfmsFromStats(imagenetStats, 32).validation
 * using trained = new ImagePredictor({ model, classes: ['cat', 'dog'], transforms })
 * const file = await trained.export() // or .export('pets.safetensors')
 *
 * // in another program
 * using pets = await loadLearner(file)
 * const picture = { width: 60, height: 40, channels: 3, data: new Uint8Array(7200) }
 * const { probabilities } = await pets.predictOne(picture)
 * probabilities.cat! + probabilities.dog! > 0.999 // → true
 * ```
 */
export async function loadLearner(
  file: FileInput,
  options: LoadLearnerOptions = {},
): Promise<ImagePredictor> {
  const { architectures } = checkOptions('loadLearner', options, ['architectures'])
  const { parts, tensors } = await readModelFile(file, { kind: KIND, parts: PARTS })
  try {
    const { classes, isMulti } = parts as { classes: readonly string[]; isMulti: boolean }
    const transforms = transformsFrom(parts.transforms)
    const model = built(parts.recipe, { ...own, ...architectures }, { ...tensors })
    try {
      return new ImagePredictor({ model, classes, transforms, isMulti })
    } catch (error) {
      model.dispose()
      throw error
    }
  } finally {
    dispose({ ...tensors })
  }
}

/** The net with its weights; those it draws first, and that none sees, leave the generator as it was. */
function built(
  recipe: unknown,
  architectures: Architectures,
  tensors: Record<string, Tensor>,
): AnyModule {
  const generator = defaultGenerator()
  const state = generator.state()
  let model: AnyModule
  try {
    model = fromRecipe(recipe, architectures)
  } catch (cause) {
    if (DlError.is(cause)) throw cause
    throw new DlError('bad-recipe', {
      problem: `the net could not be built as its recipe says (${(cause as Error).message})`,
      expected: 'the options that it was exported with',
      cause,
    })
  } finally {
    generator.restore(state)
  }
  try {
    model.loadStateDict(tensors)
    return model.eval()
  } catch (error) {
    model.dispose()
    throw error
  }
}
