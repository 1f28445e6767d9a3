/** Complaints about what a map cannot be made of. */
import { DlError, noGrad, showShape, showValue } from '@dl/core'
import { type AnyModule, isModule, moduleAt } from '@dl/layers'
import { Tensor, type Tensor2D, tidy } from '@tensorflow/tfjs-core'

/** The names that all makers of maps take. */
export const MAP_OPTIONS = ['layer', 'target', 'scores', 'normalise', 'relu'] as const

export function checkModel(model: AnyModule): void {
  if (isModule(model)) return
  throw new DlError('bad-option', {
    problem: `a map was asked of ${showValue(model)}`,
    expected: 'a Module of @dl/layers: learn.model, say',
  })
}

export function checkPictures(x: Tensor): void {
  if (x instanceof Tensor && x.rank === 4) return
  throw new DlError('shape-mismatch', {
    problem: `the pictures ${x instanceof Tensor ? `have the shape ${showShape(x.shape)}` : `are ${showValue(x)}`}`,
    expected: '[pictures, height, width, channels]',
  })
}

/** @param wanted the module, or its path */
export function moduleOf(model: AnyModule, wanted: AnyModule | string): AnyModule {
  if (isModule(wanted)) return wanted
  if (typeof wanted === 'string') return moduleAt(model, wanted)
  throw new DlError('bad-option', {
    problem: `a module was named by ${showValue(wanted)}`,
    expected: 'a Module, or its path as namedModules() gives it',
  })
}

export function checkScores(scores: Tensor | undefined, pictures: number): Tensor2D {
  if (scores?.rank === 2 && scores.shape[0] === pictures) return scores as Tensor2D
  throw new DlError('shape-mismatch', {
    problem: `the class scores are ${scores ? `of the shape ${showShape(scores.shape)}` : 'no tensor'}`,
    expected: `[${pictures}, classes]`,
    fix: 'Name the module that puts them out with the option `scores`.',
  })
}

export const hasMaps = (output: unknown): boolean =>
  output instanceof Tensor && output.rank === 4 && output.shape[1]! * output.shape[2]! > 1

export function checkMaps(
  output: unknown,
  layer: AnyModule | string | undefined,
  model: AnyModule,
  x: Tensor,
): void {
  if (hasMaps(output)) return
  const shape = output instanceof Tensor ? showShape(output.shape) : 'no single tensor'
  const fit = layersWithMaps(model, x)
  throw new DlError('no-maps', {
    problem: `${nameOf(layer)} puts out ${shape}, which has no height and width to show`,
    expected: fit.length > 0 ? `a layer that has: ${fit.join(', ')}` : 'a net with convolutions',
  })
}

export const notCalled = (layer: AnyModule | string | undefined, model: AnyModule): DlError =>
  layer === undefined
    ? new DlError('no-maps', {
        problem: `no layer of ${model.constructor.name} puts out anything with height and width`,
        expected: 'a net with convolutions',
      })
    : new DlError('layer-not-called', {
        problem: `${nameOf(layer)} took no part in the model's forward`,
        expected: 'a module that the model calls',
        fix: 'A module runs its hooks in `call`; its `forward` alone does not.',
      })

export const independent = (layer: AnyModule | string | undefined): DlError =>
  new DlError('no-gradient', {
    problem: `the class scores do not depend on ${nameOf(layer)}`,
    expected: 'a layer that comes before them',
  })

const nameOf = (layer: AnyModule | string | undefined): string =>
  layer === undefined
    ? 'the last layer with maps'
    : `the layer ${isModule(layer) ? layer : `'${layer}'`}`

/** The paths of the modules whose output is maps, in the order they are called. */
function layersWithMaps(model: AnyModule, x: Tensor): string[] {
  const found = new Set<string>()
  const removals = [...model.namedModules()].map(([path, module]) =>
    module.onForward((_module, _inputs, output: unknown) => {
      if (path !== '' && hasMaps(output)) found.add(path)
    }),
  )
  try {
    noGrad(() => tidy(() => void model.call(x)))
  } finally {
    for (const remove of removals) remove()
  }
  return [...found]
}
