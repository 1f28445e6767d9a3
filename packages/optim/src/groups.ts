/** Layer groups: the parts of a model that get a learning rate and a weight decay each. */
import { DlError, isParameter, type Parameter } from '@dl/core'

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

const isList = <T>(value: T | readonly T[]): value is readonly T[] => Array.isArray(value)

/** A number for every group: one number counts for all, a list must have one entry each. */
export function perGroup(name: string, values: number | readonly number[], groups: number) {
  const list = typeof values === 'number' ? [values] : [...values]
  const full = list.length === 1 ? Array<number>(groups).fill(list[0]!) : list
  if (full.length !== groups) {
    throw new DlError('group-mismatch', {
      problem: `${full.length} ${name} were given for ${groups} layer groups`,
      expected: `one number, or ${groups} of them, earliest layers first`,
    })
  }
  const bad = full.find(value => !(value >= 0))
  if (bad !== undefined) {
    throw new DlError('bad-option', {
      problem: `${name} holds ${bad}`,
      expected: 'numbers of at least 0',
    })
  }
  return full
}
