/** One run of a net that keeps the features of a layer and their gradients. */
import { detach, noGrad, setAside, valueAndGrads } from '@dl/core'
import type { AnyModule } from '@dl/layers'
import { clone, keep, mul, sum, Tensor, type Tensor2D, type Tensor4D } from '@tensorflow/tfjs-core'
import { BeforeSoftmax, type Scores } from './before-softmax'
import {
  checkMaps,
  checkModel,
  checkPictures,
  checkScores,
  hasMaps,
  independent,
  moduleOf,
  notCalled,
} from './checks'
import { type ClassTarget, classWeights } from './class-target'

export interface PassOptions {
  /**
   * Whose features are looked at: a module, or its path as `model.namedModules()` gives it (default:
   * the last whose output has height and width).
   */
  layer?: AnyModule | string
  /** What a map is about. */
  target: ClassTarget
  /**
   * Whose output counts as the class scores, [N, classes] (default: the model's, as it is before a
   * softmax, its logarithm or a sigmoid at the end). '' is the model's with these.
   */
  scores?: AnyModule | string
}

/** What a method makes its map of. */
export interface Pass {
  /** What the layer put out, [N, h, w, C]. */
  readonly features: Tensor4D
  /** How the target's score changes with them, [N, h, w, C]. */
  readonly gradients: Tensor4D
  /** How much each class counts in the target, [N, classes]. */
  readonly classes: Tensor2D
}

/**
 * Runs the net as in evaluation, and `use` on what came of it, which is freed afterwards. Modes,
 * buffers and parameters of the net stay as they are.
 */
export function withPass<T>(
  model: AnyModule,
  x: Tensor,
  { layer: wanted, target, scores: scorer }: PassOptions,
  use: (pass: Pass) => T,
): T {
  checkModel(model)
  checkPictures(x)
  const kept: { features?: Tensor; scores?: Tensor; classes?: Tensor; gradients?: Tensor } = {}
  const hold = (name: keyof typeof kept, tensor: Tensor) => {
    kept[name]?.dispose()
    kept[name] = keep(tensor)
  }
  const seen: unknown[] = []
  const watched = wanted === undefined ? partsOf(model) : [moduleOf(model, wanted)]
  const before = scorer === undefined ? new BeforeSoftmax(model) : null
  const removals = watched.map(layer =>
    layer.onForward((_module, _inputs, output: unknown) => {
      if (wanted === undefined && !hasMaps(output)) return
      seen[0] = output
      if (output instanceof Tensor) hold('features', detach(output))
    }),
  )
  const scoring = scorer === undefined ? model : moduleOf(model, scorer)
  removals.push(
    scoring.onForward((_module, _inputs, output: unknown) => {
      if (output instanceof Tensor) hold('scores', clone(output))
    }),
  )
  const score = () => {
    model.call(x)
    if (seen.length === 0) throw notCalled(wanted, model)
    checkMaps(seen[0], wanted, model, x)
    const output = kept.scores
    const { scores: found, isMulti }: Partial<Scores> =
      output && before ? before.of(output) : { scores: output }
    const scores = checkScores(found, x.shape[0]!)
    hold(
      'classes',
      noGrad(() => classWeights(scores, target, isMulti)),
    )
    return sum(mul(scores, kept.classes!))
  }
  try {
    const pass = inEvaluation(model, () => valueAndGrads(score, seen as Tensor[]))
    try {
      if (pass.grads[0] === null) throw independent(wanted)
      hold('gradients', clone(pass.grads[0]!))
    } finally {
      pass.dispose()
    }
    return use(kept as unknown as Pass)
  } finally {
    before?.remove()
    for (const remove of removals) remove()
    for (const tensor of Object.values(kept)) tensor.dispose()
  }
}

const partsOf = (model: AnyModule): AnyModule[] =>
  [...model.namedModules()].map(([, module]) => module)

/** Runs a call as in evaluation; modes and carried state of the net are as before afterwards. */
export function inEvaluation<T>(model: AnyModule, call: () => T): T {
  const putBack = setAside(model)
  model.eval()
  try {
    return call()
  } finally {
    putBack()
  }
}
