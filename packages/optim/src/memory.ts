/** What an update rule remembers of each parameter. */
import type { Parameter } from '@dl/core'
import { clone, dispose, keep, type Tensor, zerosLike } from '@tensorflow/tfjs-core'

export interface Memory {
  /** Updates so far. */
  step: number
  slots: Record<string, Tensor>
}

/** Memories by parameter; owns their tensors. */
export class Memories {
  readonly #memories = new Map<Parameter, Memory>()

  of(parameter: Parameter): Memory {
    return this.#memories.get(parameter) ?? { step: 0, slots: {} }
  }

  /** The slots with these names, as zeros where there were none, which nobody keeps yet. */
  slots(parameter: Parameter, names: readonly string[]): Record<string, Tensor> {
    const slots = { ...this.of(parameter).slots }
    for (const name of names) slots[name] ??= zerosLike(parameter.value)
    return slots
  }

  /** What a parameter's next update begins with. */
  replace(parameter: Parameter, slots: Record<string, Tensor>, step: number): void {
    const before = this.of(parameter).slots
    for (const slot of Object.values(slots)) keep(slot)
    const kept = new Set(Object.values(slots))
    dispose(Object.values(before).filter(slot => !kept.has(slot)))
    this.#memories.set(parameter, { step, slots })
  }

  /** Tensors by `index.slot`, the caller's to dispose, and the updates of each parameter. */
  save(parameters: readonly Parameter[]): { tensors: Record<string, Tensor>; steps: number[] } {
    const tensors: Record<string, Tensor> = {}
    const steps = parameters.map((parameter, i) => {
      const { step, slots } = this.of(parameter)
      for (const [name, slot] of Object.entries(slots)) tensors[`${i}.${name}`] = clone(slot)
      return step
    })
    return { tensors, steps }
  }

  /** Takes on what `save` gave; the tensors stay the caller's. */
  restore(
    parameters: readonly Parameter[],
    tensors: Record<string, Tensor>,
    steps: readonly number[],
  ): void {
    this.dispose()
    parameters.forEach((parameter, i) => {
      const own = Object.keys(tensors).filter(name => name.startsWith(`${i}.`))
      const slots = own.map(name => [name.split('.')[1]!, keep(clone(tensors[name]!))] as const)
      this.#memories.set(parameter, { step: steps[i]!, slots: Object.fromEntries(slots) })
    })
  }

  dispose(): void {
    for (const { slots } of this.#memories.values()) dispose(slots)
    this.#memories.clear()
  }
}
