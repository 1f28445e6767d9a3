/**
 * Seeded randomness. Everything random in these packages (initial weights, dropout, shuffles,
 * sampling) draws from a {@link Generator}; `manualSeed(n)` makes a run repeatable.
 */
import { check, checkThat } from '../checks'
import { DlError, showValue } from '../errors'
import { shared } from '../shared'
import { threefryWords } from './threefry'

/** A place in a stream: what a kernel needs to draw its own numbers, and what a checkpoint stores. */
export interface RandomState {
  key: readonly [number, number]
  counter: number
}

/**
 * A seeded stream of random numbers (Threefry-2x32).
 *
 * @example
 * ```ts
 * import { Generator } from '@dl/core'
 *
 * const a = new Generator(42)
 * const b = new Generator(42)
 * a.uniform(3).join() === b.uniform(3).join() // → true
 * a.fork('dropout').int(6) === b.fork('dropout').int(6) // → true
 * ```
 */
export class Generator {
  #key: readonly [number, number]
  #counter = 0

  /** @param seed any integer from 0 to 2⁵³ − 1 */
  constructor(seed: number) {
    if (!Number.isSafeInteger(seed) || seed < 0) {
      throw new DlError('bad-seed', {
        problem: `the seed is ${showValue(seed)}`,
        expected: 'an integer from 0 to 2^53 - 1',
      })
    }
    this.#key = [seed >>> 0, Math.floor(seed / 2 ** 32)]
  }

  /** Takes `length` words out of the stream and says where they start, without computing them. */
  reserve(length: number): RandomState {
    check('Generator', 'an integer of at least 0', { length })
    const start = { key: this.#key, counter: this.#counter }
    this.#counter += Math.ceil(length / 2)
    return start
  }

  /** `length` integers, uniform over 0 … 2³² − 1. */
  words(length: number): Uint32Array {
    const { key, counter } = this.reserve(length)
    return threefryWords(key, counter, length)
  }

  /** `length` numbers, uniform in [low, high), with 24 random bits each. */
  uniform(length: number, low = 0, high = 1): Float32Array {
    check('Generator', 'a finite number', { low, high })
    const words = this.words(length)
    const out = new Float32Array(length)
    // five times as fast as Float32Array.from with a function
    for (let i = 0; i < length; i++) out[i] = low + (high - low) * toUnit(words[i]!)
    return out
  }

  /** `length` normal numbers, by Box and Muller. */
  normal(length: number, mean = 0, std = 1): Float32Array {
    check('Generator', 'an integer of at least 0', { length })
    check('Generator', 'a finite number', { mean, std })
    const words = this.words(length + (length % 2))
    const out = new Float32Array(length)
    for (let i = 0; i < length; i += 2) {
      // 1 - u lies in (0, 1], so that the logarithm is finite
      const radius = std * Math.sqrt(-2 * Math.log(1 - toUnit(words[i]!)))
      const angle = 2 * Math.PI * toUnit(words[i + 1]!)
      out[i] = mean + radius * Math.cos(angle)
      if (i + 1 < length) out[i + 1] = mean + radius * Math.sin(angle)
    }
    return out
  }

  /** One number, uniform in [0, 1). */
  next(): number {
    return toUnit(this.words(1)[0]!)
  }

  /** One integer, uniform over 0 … below − 1. */
  int(below: number): number {
    check('Generator', 'an integer of at least 0', { below })
    return Math.floor((this.words(1)[0]! / 2 ** 32) * below)
  }

  /** The integers 0 … length − 1 in random order (Fisher and Yates). */
  permutation(length: number): Int32Array {
    const words = this.words(length)
    const order = Int32Array.from({ length }, (_, i) => i)
    for (let i = length - 1; i > 0; i--) {
      const j = Math.floor((words[i]! / 2 ** 32) * (i + 1))
      const held = order[i]!
      order[i] = order[j]!
      order[j] = held
    }
    return order
  }

  /**
   * An independent stream that depends on this one's seed and on `label` alone, not on how much
   * was drawn: fork by epoch, worker or item and the numbers stay the same in any order.
   */
  fork(label: string | number): Generator {
    checkThat('Generator', 'label', label, 'a string or a number', one =>
      ['string', 'number'].includes(typeof one),
    )
    const child = new Generator(0)
    let [k0, k1] = this.#key
    for (const char of `fork:${label}`) {
      const mixed = threefryWords([k0, k1], char.codePointAt(0)!, 2)
      k0 = mixed[0]!
      k1 = mixed[1]!
    }
    child.#key = [k0, k1]
    return child
  }

  /** Where the stream stands; give it to {@link restore} to continue from there. */
  state(): RandomState {
    return { key: this.#key, counter: this.#counter }
  }

  restore(state: RandomState): void {
    const { key, counter }: Partial<RandomState> = state ?? {}
    check('Generator', 'an integer of at least 0', { counter, key0: key?.[0], key1: key?.[1] })
    this.#key = [state.key[0], state.key[1]]
    this.#counter = state.counter
  }
}

const toUnit = (word: number): number => (word >>> 8) / 2 ** 24

const inUse = shared<Generator | null>('generator', null)

/** The generator used where none is given; starts from a random seed. */
export function defaultGenerator(): Generator {
  return (inUse.current ??= new Generator(Math.floor(Math.random() * 2 ** 32)))
}

/**
 * Restarts the default generator from `seed`: the same program then gives the same bits on the
 * same backend.
 *
 * @example
 * ```ts
 * import { defaultGenerator, manualSeed } from '@dl/core'
 *
 * manualSeed(7)
 * const first = defaultGenerator().next()
 * manualSeed(7)
 * defaultGenerator().next() === first // → true
 * ```
 */
export function manualSeed(seed: number): Generator {
  return (inUse.current = new Generator(seed))
}
