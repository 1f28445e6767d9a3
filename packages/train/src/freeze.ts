/** Which layer groups of a Learner there are, and which of them learn. */
import { DlError, type Parameter, showValue } from '@dl/core'
import type { HasParameters } from '@dl/optim'
import type { LearnerModel } from './model'

export type Group = readonly HasParameters[]

/** A Module: batch norms below it obey, too. */
interface Freezable {
  freeze(): unknown
  unfreeze(): unknown
}

/** The model's children; parameters that are in none of them go with the last. */
export function childGroups(model: LearnerModel): Group[] {
  const groups: HasParameters[][] = [...model.children()].map(([, child]) => [child])
  if (groups.length === 0) return [[model]]
  const inChildren = new Set(groups.flat().flatMap(child => [...child.parameters()]))
  const own = [...model.parameters()].filter(parameter => !inChildren.has(parameter))
  if (own.length > 0) groups.at(-1)!.push({ parameters: () => own })
  return groups
}

/** The index of a group; a negative one counts from the end. */
export function groupIndex(groups: readonly Group[], n: number): number {
  if (Number.isInteger(n) && n >= -groups.length && n < groups.length) {
    return n < 0 ? groups.length + n : n
  }
  throw new DlError('bad-option', {
    problem: `there is no layer group ${showValue(n)}`,
    expected: `an integer from ${-groups.length} to ${groups.length - 1}`,
  })
}

/** Lets those groups learn and no others. What is in several groups learns if one of them does. */
export function trainOnly(groups: readonly Group[], isTrained: (group: number) => boolean): void {
  groups.forEach(group => {
    setTrainable(group, false)
  })
  groups.forEach((group, index) => {
    if (isTrained(index)) setTrainable(group, true)
  })
}

export function setTrainable(group: Group, trainable: boolean): void {
  for (const part of group) {
    if (isFreezable(part)) trainable ? part.unfreeze() : part.freeze()
    else for (const parameter of part.parameters()) setFlag(parameter, trainable)
  }
}

const setFlag = (parameter: Parameter, trainable: boolean): void => {
  parameter.trainable = trainable
}

const isFreezable = (part: object): part is Freezable => 'freeze' in part && 'unfreeze' in part
