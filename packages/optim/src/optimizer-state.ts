/** What a checkpoint keeps of an optimizer, and whether it fits another one. */
import { type Parameter, sameShape, showShape, showValue } from '@dl/core'
import { engine, getBackend, Tensor } from '@tensorflow/tfjs-core'
import { AT_LEAST_0, BELOW_1, FROM_0_TO_1 } from './checks'
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
  return numbersMismatch(values, groups) ?? memoryMismatch(values, tensors, rule, parameters)
}

function numbersMismatch(values: OptimizerState['values'], groups: number): string | undefined {
  const { lrs, baseLrs, wds, momentum, beta = 0, position } = values
  const numbers = [
    { name: 'momentum', value: momentum as unknown, range: BELOW_1 },
    { name: 'beta', value: beta, range: BELOW_1 },
    { name: 'position', value: position, range: FROM_0_TO_1 },
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
  { steps, momentum, beta = 0 }: OptimizerState['values'],
  tensors: Record<string, Tensor>,
  rule: UpdateRule,
  parameters: readonly Parameter[],
): string | undefined {
  if (!Array.isArray(steps) || steps.length !== parameters.length) {
    const count = Array.isArray(steps) ? steps.length : showValue(steps)
    return `it has ${count} parameters, not ${parameters.length}`
  }
  for (const step of steps as unknown[]) {
    if (Number.isSafeInteger(step) && (step as number) >= 0) continue
    return `its steps hold ${showValue(step)}, not an integer of at least 0`
  }
  const slotsAt = (momentum: number, step = 1) =>
    rule.slots({ lr: 0, weightDecay: 0, decoupledDecay: 0, momentum, beta, step })
  for (const [i, step] of steps.entries()) {
    const wanted = step > 0 ? slotsAt(momentum, step) : []
    const lacking = wanted.find(slot => tensors[`${i}.${slot}`] === undefined)
    if (lacking) return `it lacks ${i}.${lacking}`
  }
  // a momentum that has come down to 0 leaves its buffer
  const known = new Set([...slotsAt(momentum), ...slotsAt(0.9)])
  for (const [name, tensor] of Object.entries(tensors)) {
    const wrong = slotMismatch(name, tensor, known, parameters)
    if (wrong) return wrong
  }
  return undefined
}

function slotMismatch(
  name: string,
  tensor: unknown,
  known: ReadonlySet<string>,
  parameters: readonly Parameter[],
): string | undefined {
  const [, index, slot] = /^(\d+)\.([^.]+)$/.exec(name) ?? []
  const parameter = index === undefined ? undefined : parameters[Number(index)]
  if (!parameter) return `${name} belongs to none of its ${parameters.length} parameters`
  if (!(tensor instanceof Tensor)) return `${name} is ${showValue(tensor)}`
  if (tensor.isDisposed) return `${name} is disposed`
  if (!sameShape(tensor.shape, parameter.shape))
    return `${name} is ${showShape(tensor.shape)}, not ${showShape(parameter.shape)}`
  if (tensor.dtype !== 'float32') return `${name} is ${tensor.dtype}, not float32`
  if (!known.has(slot!)) return `${name} is no slot of the rule`
  const wrong = valuesAtHand(tensor)?.find(value => !Number.isFinite(value))
  return wrong === undefined ? undefined : `${name} holds ${wrong}`
}

/** Null on a GPU, where reading would stall what is under way. */
const valuesAtHand = (tensor: Tensor): Float32Array | null =>
  ['cpu', 'wasm', 'tensorflow'].includes(getBackend())
    ? (engine().readSync(tensor.dataId) as Float32Array)
    : null

const isRecord = (value: unknown): value is object => typeof value === 'object' && value !== null
