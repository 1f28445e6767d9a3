/** Splitting a model into layer groups by the paths of its parameters. */
import { DlError, type Parameter, showValue } from '@dl/core'
import { isList } from './hyperparameters'

/** A module, or anything else whose parameters have paths. */
export interface HasNamedParameters {
  namedParameters(): Iterable<[path: string, parameter: Parameter]>
}

/** A path, for all parameters at and below it, or a function that says which it wants. */
export type GroupPick = string | ((path: string, parameter: Parameter) => boolean)

/**
 * The layer groups of a model for a LayerOptimizer: one for each part on its top level, or one for
 * each pick. A parameter goes to the first pick that wants it; those that none wants form a group
 * before the others.
 *
 * @param picks paths or functions, earliest layers first
 * @throws DlError `group-mismatch` for a pick that gets no parameter; `bad-option`, `no-parameters`
 *
 * @example
 * ```ts
 * import { Linear, Sequential } from '@dl/layers'
 * import { adam, LayerOptimizer, layerGroups, spread } from '@dl/optim'
 *
 * const model = new Sequential(new Linear(2, 4), new Linear(4, 4), new Linear(4, 1))
 * layerGroups(model).length // → 3
 * layerGroups(model, path => path.endsWith('bias')).length // → 2
 * const groups = layerGroups(model, ['1', '2']) // what is below 0 comes first
 * const lo = new LayerOptimizer(adam, groups, spread(1e-4, 1e-2, 3))
 * lo.lrs // → 0.0001,0.001,0.01
 * lo.dispose()
 * model.dispose()
 * ```
 */
export function layerGroups(
  model: HasNamedParameters,
  picks?: GroupPick | readonly GroupPick[],
): Parameter[][] {
  const all = namedParameters(model)
  const parts = [...new Set(all.map(([path]) => path.split('.')[0]!))]
  const list = picks === undefined ? parts : isList(picks) ? picks : [picks]
  list.forEach(checkPick)
  const groups = list.map((): Parameter[] => [])
  const rest: Parameter[] = []
  for (const [path, parameter] of all) {
    const i = list.findIndex(pick => wants(pick, path, parameter))
    const group = groups[i] ?? rest
    group.push(parameter)
  }
  const empty = groups.findIndex(group => group.length === 0)
  if (empty >= 0) {
    const pick = list[empty]!
    throw new DlError('group-mismatch', {
      problem: `${typeof pick === 'string' ? `"${pick}"` : `pick ${empty}`} picks no parameters`,
      expected: `each pick to get some; the parts of the model are ${parts.join(', ')}`,
    })
  }
  return rest.length > 0 ? [rest, ...groups] : groups
}

function namedParameters(model: HasNamedParameters): [string, Parameter][] {
  const given = model as Partial<HasNamedParameters> | null | undefined
  if (typeof given?.namedParameters !== 'function') {
    throw new DlError('bad-option', {
      problem: `layerGroups got ${showValue(model)} for the model`,
      expected: 'a module, or what has namedParameters()',
    })
  }
  const all = [...given.namedParameters()]
  if (all.length > 0) return all
  throw new DlError('no-parameters', {
    problem: 'layerGroups got a model without parameters',
    expected: 'at least one',
  })
}

function checkPick(pick: unknown): void {
  if (typeof pick === 'string' || typeof pick === 'function') return
  throw new DlError('bad-option', {
    problem: `layerGroups got the pick ${showValue(pick)}`,
    expected: 'a path, or a function of path and parameter',
  })
}

const wants = (pick: GroupPick, path: string, parameter: Parameter): boolean =>
  typeof pick === 'string' ? path === pick || path.startsWith(`${pick}.`) : pick(path, parameter)
