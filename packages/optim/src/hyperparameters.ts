/** The numbers of an optimizer, which may follow the position in training. */
import { DlError, showValue } from '@dl/core'
import { AT_LEAST_0, type Range } from './checks'

/** A number, or a function of the position in training: from 0 where it begins to 1 where it ends. */
export type Hyperparameter = number | ((position: number) => number)

/** One for every layer group, or a list with one for each. */
export type PerGroup<T> = T | readonly T[]

/** A hyperparameter of every layer group: what was given, and the numbers in use. */
export class Hyperparameters {
  #given: readonly Hyperparameter[]
  #inUse: readonly number[]

  constructor(
    private readonly name: string,
    private readonly groups: number,
    given: PerGroup<Hyperparameter>,
    private readonly range: Range = AT_LEAST_0,
  ) {
    this.#given = this.#perGroup(given)
    this.#inUse = this.#evaluate(this.#given, 0)
  }

  get inUse(): readonly number[] {
    return this.#inUse
  }

  /** What was given, as numbers. */
  at(position: number): readonly number[] {
    return this.#evaluate(this.#given, position)
  }

  /** Replaces what was given. */
  give(values: PerGroup<Hyperparameter>, position: number): void {
    const given = this.#perGroup(values)
    this.#inUse = this.#evaluate(given, position)
    this.#given = given
  }

  /** Puts other numbers into use; what was given stays. */
  use(numbers: PerGroup<number>): void {
    this.#inUse = this.#evaluate(this.#perGroup(numbers), 0)
  }

  /** Puts the functions' values into use; where a number was given, the one in use stays. */
  moveTo(position: number): void {
    const values = this.at(position)
    this.#inUse = this.#given.map((given, i) =>
      typeof given === 'number' ? this.#inUse[i]! : values[i]!,
    )
  }

  /** Takes on saved numbers. Functions, which cannot be saved, stay. */
  restore(given: readonly number[], inUse: readonly number[]): void {
    this.#given = this.#given.map((own, i) => (typeof own === 'number' ? given[i]! : own))
    this.#inUse = [...inUse]
  }

  #perGroup<T extends Hyperparameter>(values: PerGroup<T>): readonly T[] {
    const list = isList(values) ? values : [values]
    const full = list.length === 1 ? Array<T>(this.groups).fill(list[0]!) : [...list]
    if (full.length === this.groups) return full
    throw new DlError('group-mismatch', {
      problem: `${full.length} ${this.name} were given for ${this.groups} layer groups`,
      expected: `one number, or ${this.groups} of them, earliest layers first`,
    })
  }

  #evaluate(given: readonly Hyperparameter[], position: number): number[] {
    return given.map(own => {
      const isFunction = typeof own === 'function'
      const value: unknown = isFunction ? own(position) : own
      if (typeof value === 'number' && this.range.has(value)) return value
      throw new DlError('bad-option', {
        problem: `${this.name} holds ${showValue(value)}${isFunction ? ` at position ${position}` : ''}`,
        expected: this.range.words,
      })
    })
  }
}

export const isList = <T>(value: T | readonly T[]): value is readonly T[] => Array.isArray(value)
