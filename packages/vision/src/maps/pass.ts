/** One run of a net that keeps the features of a layer and their gradients. */
import { detach, noGrad, valueAndGrads } from '@dl/core'
import { type AnyModule, moduleAt } from '@dl/layers'
import { clone, keep, mul, sum, Tensor, type Tensor2D, type Tensor4D } from '@tensorflow/tfjs-core'
import { checkMaps, checkPictures, checkScores, independent, notCalled } from './checks'
import { type ClassTarget, classWeights } from './class-target'

export interface PassOptions {
  /** Whose features are looked at: a module, or its path as `model.namedModules()` gives it. */
  layer: AnyModule | string
  /** What a map is about. */
  target: ClassTarget
  /** Whose output counts as the class scores, [N, classes] (default: the model's). */
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
  { layer: wanted, target, scores: scorer = '' }: PassOptions,
  use: (pass: Pass) => T,
): T {
  checkPictures(x)
  const layer = typeof wanted === 'string' ? moduleAt(model, wanted) : wanted
  const kept: { features?: Tensor; scores?: Tensor; classes?: Tensor; gradients?: Tensor } = {}
  const hold = (name: keyof typeof kept, tensor: Tensor) => {
    kept[name]?.dispose()
    kept[name] = keep(tensor)
  }
  const seen: unknown[] = []
  const removals = [
    layer.onForward((_module, _inputs, output: unknown) => {
      seen[0] = output
      if (output instanceof Tensor) hold('features', detach(output))
    }),
    (typeof scorer === 'string' ? moduleAt(model, scorer) : scorer).onForward(
      (_module, _inputs, output: unknown) => {
        if (output instanceof Tensor) hold('scores', clone(output))
      },
    ),
  ]
  const score = () => {
    model.call(x)
    if (seen.length === 0) throw notCalled(wanted)
    checkMaps(seen[0], wanted, model, x)
    const scores = checkScores(kept.scores, x.shape[0]!)
    hold(
      'classes',
      noGrad(() => classWeights(scores, target)),
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
    for (const remove of removals) remove()
    for (const tensor of Object.values(kept)) tensor.dispose()
  }
}

/** Switches dropout and the like off for a call, and every module back to its own mode. */
export function inEvaluation<T>(model: AnyModule, call: () => T): T {
  const modes = [...model.namedModules()].map(([, module]) => [module, module.training] as const)
  model.eval()
  try {
    return call()
  } finally {
    for (const [module, training] of modes) module.training = training
  }
}
