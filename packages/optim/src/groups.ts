/** Layer groups: the parts of a model that get a learning rate and a weight decay each. */
import { DlError, isParameter, type Parameter, showValue } from '@dl/core'
import { isList } from './hyperparameters'

/** A module, or anything else that has parameters. */
export interface HasParameters {
  parameters(): Iterable<Parameter>
}

/** One group: a module, a parameter, or several of them. */
export type LayerGroup = HasParameters | Parameter | readonly (HasParameters | Parameter)[]

/**
 * The groups' parameters. One module is one group; a parameter met twice belongs to the first.
 *
 * @throws DlError `bad-option` for what has no parameters()
 */
export function groupParameters(groups: HasParameters | readonly LayerGroup[]): Parameter[][] {
  const seen = new Set<Parameter>()
  const list = isList(groups) ? groups : [groups]
  return list.map(group => {
    const own = (isList(group) ? group : [group]).flatMap(parametersOf).filter(p => !seen.has(p))
    for (const parameter of own) seen.add(parameter)
    return own
  })
}

function parametersOf(part: HasParameters | Parameter): Parameter[] {
  if (isParameter(part)) return [part]
  const parameters = (part as Partial<HasParameters> | null | undefined)?.parameters
  const own: unknown = typeof parameters === 'function' ? parameters.call(part) : undefined
  if (isIterable(own)) {
    const all = [...own]
    if (all.every(isParameter)) return all
  }
  throw new DlError('bad-option', {
    problem: `LayerOptimizer got ${showValue(part)} among its layer groups`,
    expected: 'modules, parameters, or lists of them',
  })
}

const isIterable = (value: unknown): value is Iterable<unknown> =>
  typeof (value as Partial<Iterable<unknown>> | null | undefined)?.[Symbol.iterator] === 'function'
