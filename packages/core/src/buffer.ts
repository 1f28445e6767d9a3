/**
 * State that is not trained: running statistics, a hidden state carried from batch to batch.
 *
 * Inside `valueAndGrads` a write is only queued (later reads in the same pass see it); the training
 * loop commits the queue together with the optimizer step or drops it. So a step is atomic.
 */
import type { Tensor } from '@tensorflow/tfjs-core'
import { check } from './checks'
import { checkOptions } from './options'
import { hold } from './parameter'
import { shared } from './shared'

const brand = Symbol.for('@dl/buffer')

/** The writes to buffers that a `valueAndGrads` in progress holds back; null while there is none. */
export const queuedWrites = shared<Map<Buffer, Tensor> | null>('queuedWrites', null)

export interface BufferOptions {
  /** Whether state dicts hold it (default true). */
  persistent?: boolean
  /** Whether `Module.resetState()` returns it to its initial value (default false). */
  carried?: boolean
}

/**
 * A tensor of state. Like a Parameter it keeps its own reference; unlike one, its shape may change.
 *
 * @example
 * ```ts
 * import { Buffer } from '@dl/core'
 * import { ones, zeros } from '@tensorflow/tfjs-core'
 *
 * const hidden = new Buffer(() => zeros([1, 4]), { carried: true })
 * hidden.write(() => ones([8, 4]))
 * hidden.value.shape // → 8,4
 * hidden.reset()
 * hidden.value.shape // → 1,4
 * hidden.dispose()
 * ```
 */
export class Buffer {
  readonly [brand] = true
  readonly persistent: boolean
  readonly carried: boolean
  #initial: Tensor | null
  #value: Tensor

  /** @param initial the first value; a function that makes it is tidied */
  constructor(initial: Tensor | (() => Tensor), options: BufferOptions = {}) {
    const known = checkOptions('Buffer', options, ['persistent', 'carried'])
    const { persistent = true, carried = false } = known
    check('Buffer', 'true or false', { persistent, carried })
    this.persistent = persistent
    this.carried = carried
    this.#value = hold(initial, 'Buffer')
    this.#initial = carried ? hold(this.#value, 'Buffer') : null
  }

  /** The current value, a queued write included. It belongs to the buffer: do not dispose it. */
  get value(): Tensor {
    return queuedWrites.current?.get(this) ?? this.#value
  }

  /** Replaces the value; a tensor passed stays yours. No gradient flows through a buffer. */
  write(next: Tensor | (() => Tensor)): void {
    const held = hold(next, 'Buffer')
    const queue = queuedWrites.current
    const replaced = queue === null ? this.#value : queue.get(this)
    if (queue === null) this.#value = held
    else queue.set(this, held)
    replaced?.dispose()
  }

  /** Back to the initial value; for buffers that are `carried`. */
  reset(): void {
    if (this.#initial !== null) this.write(this.#initial)
  }

  dispose(): void {
    this.#value.dispose()
    this.#initial?.dispose()
  }

  [Symbol.dispose](): void {
    this.dispose()
  }
}

/** Whether `value` is a Buffer, of whichever copy of this package. */
export function isBuffer(value: unknown): value is Buffer {
  return (value as { [brand]?: true } | null | undefined)?.[brand] === true
}
