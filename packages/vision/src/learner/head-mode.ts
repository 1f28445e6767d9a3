/** Training a head on stored activations: the learner of `precompute`. */
import { DlError } from '@dl/core'
import { type DataLoader, dataLoader, type StatefulLoader } from '@dl/data'
import type { AnyModule } from '@dl/layers'
import { Learner, type LearnerModel, type LearnerOptions } from '@dl/train'
import type { Tensor } from '@tensorflow/tfjs-core'
import type { Convnet } from '../models/convnet-builder'
import { type ActivationSet, Activations } from './activations'
import type { ConvData } from './data'

/** A learner of the head, and the loaders that stand in for those of pictures. */
export interface HeadMode {
  /** Of the body's weights; with others the activations are worth nothing. */
  key: string
  learner: Learner
  /** Activations for a loader of pictures. */
  loaderOf(pictures: DataLoader): Promise<DataLoader>
}

/** Runs the body over the training pictures, as they are, and over those to validate by. */
export async function headMode(
  { model, body, head }: Convnet,
  data: ConvData,
  options: LearnerOptions,
  folder: string | null,
): Promise<HeadMode> {
  const { fix, validation } = data
  if (!fix) {
    throw new DlError('no-fixed-pictures', {
      problem: 'the data has no loader of training pictures without augmentation',
      expected: 'one under the name fix, for activations that can be stored',
      fix: 'Add it, or train without precompute.',
    })
  }
  const activations = await Activations.of(body, folder)
  const loaders = new Map<DataLoader, StatefulLoader>()
  const loaderOf = async (pictures: DataLoader) => {
    const known = loaders.get(pictures)
    if (known) return known
    const loader = ordered(await activations.set(pictures))
    loaders.set(pictures, loader)
    return loader
  }
  const stored = {
    train: shuffled(await activations.set(fix)),
    ...(validation && { validation: await loaderOf(validation) }),
  }
  const learner = new Learner(headOf(model, head), stored, { ...options, layerGroups: [head] })
  return { key: activations.key, learner, loaderOf }
}

/** A batch norm cannot learn from a batch of one: a last one like that is left out. */
const shuffled = ({ items, bs }: ActivationSet): StatefulLoader =>
  dataLoader(items, { bs, shuffle: true, dropLast: items.length > bs && items.length % bs === 1 })

const ordered = ({ items, bs }: ActivationSet): StatefulLoader => dataLoader(items, { bs })

/** The head to train, the whole model to save: files are the same in and out of this mode. */
const headOf = (model: AnyModule, head: AnyModule): LearnerModel => ({
  call: (x: Tensor) => head.call(x) as Tensor,
  train: () => head.train(),
  eval: () => head.eval(),
  resetState: () => head.resetState(),
  parameters: () => head.parameters(),
  children: () => head.children(),
  namedBuffers: () => model.namedBuffers(),
  stateDict: () => model.stateDict(),
  loadStateDict: state => model.loadStateDict(state),
})
