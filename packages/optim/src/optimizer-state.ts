/** What a checkpoint keeps of an optimizer, and whether it fits another one. */
import { type Parameter, showShape, showValue } from '@dl/core'
import type { Tensor } from '@tensorflow/tfjs-core'
import { AT_LEAST_0, BELOW_1 } from './checks'
import type { UpdateRule } from './rule'

/** A LayerOptimizer's state: tensors by `index.slot`, yours to dispose, and plain values. */
export interface OptimizerState {
  tensors: Record<string, Tensor>
  values: {
    rule: string
    lrs: number[]
    baseLrs: number[]
    wds: number[]
    momentum: number
    beta?: number
    position: number
    steps: number[]
  }
}

/** What keeps a state from fitting an optimizer, if anything. */
export function stateMismatch(
  state: OptimizerState,
  rule: UpdateRule,
  groups: number,
  parameters: readonly Parameter[],
): string | undefined {
  const { tensors, values } = (state ?? {}) as Partial<OptimizerState>
  if (!isRecord(tensors) || !isRecord(values)) {
    return `it is ${showValue(state)}, without tensors and values`
  }
  if (values.rule !== rule.name) return `it is of ${String(values.rule)}, not ${rule.name}`
  return numbersMismatch(values, groups) ?? memoryMismatch(values.steps, tensors, parameters)
}

function numbersMismatch(values: OptimizerState['values'], groups: number): string | undefined {
  const { lrs, baseLrs, wds, momentum, beta = 0, position } = values
  const numbers = [
    { name: 'momentum', value: momentum as unknown, range: BELOW_1 },
    { name: 'beta', value: beta, range: BELOW_1 },
    { name: 'position', value: position, range: AT_LEAST_0 },
  ]
  for (const [name, list] of Object.entries({ lrs, baseLrs, wds })) {
    if (!Array.isArray(list)) return `its ${name} are ${showValue(list)}`
    if (list.length !== groups) return `it has ${list.length} layer groups, not ${groups}`
    numbers.push(...list.map((value: unknown) => ({ name, value, range: AT_LEAST_0 })))
  }
  for (const { name, value, range } of numbers) {
    if (typeof value === 'number' && range.has(value)) continue
    return `its ${name} holds ${showValue(value)}, not ${range.words}`
  }
  return undefined
}

function memoryMismatch(
  steps: readonly number[],
  tensors: Record<string, Tensor>,
  parameters: readonly Parameter[],
): string | undefined {
  if (!Array.isArray(steps) || steps.length !== parameters.length) {
    const count = Array.isArray(steps) ? steps.length : showValue(steps)
    return `it has ${count} parameters, not ${parameters.length}`
  }
  for (const [name, tensor] of Object.entries(tensors)) {
    const parameter = parameters[Number.parseInt(name, 10)]
    if (!parameter) return `${name} belongs to none of its ${parameters.length} parameters`
    const shape = showShape(parameter.shape)
    if (showShape(tensor.shape) !== shape) {
      return `${name} is ${showShape(tensor.shape)}, not ${shape}`
    }
  }
  return undefined
}

const isRecord = (value: unknown): value is object => typeof value === 'object' && value !== null
