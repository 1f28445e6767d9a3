/** Layer groups: the parts of a model that get a learning rate and a weight decay each. */
import { isParameter, type Parameter } from '@dl/core'
import { isList } from './hyperparameters'

/** A module, or anything else that has parameters. */
export interface HasParameters {
  parameters(): Iterable<Parameter>
}

/** One group: a module, a parameter, or several of them. */
export type LayerGroup = HasParameters | Parameter | readonly (HasParameters | Parameter)[]

/** The groups' parameters. One module is one group; a parameter met twice belongs to the first. */
export function groupParameters(groups: HasParameters | readonly LayerGroup[]): Parameter[][] {
  const seen = new Set<Parameter>()
  const list = isList(groups) ? groups : [groups]
  return list.map(group => {
    const own = (isList(group) ? group : [group])
      .flatMap(part => (isParameter(part) ? [part] : [...part.parameters()]))
      .filter(parameter => !seen.has(parameter))
    for (const parameter of own) seen.add(parameter)
    return own
  })
}
