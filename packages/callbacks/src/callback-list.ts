/** Hands the events of a training loop to a list of callbacks, in order and checked. */
import { DlError, showValue } from '@dl/core'
import type { Tensor } from '@tensorflow/tfjs-core'
import { badOption } from './bad-option'
import { checkList } from './checks'
import {
  type Batch,
  type Callback,
  type CallbackEvent,
  EVENTS,
  type Handled,
  type LossParts,
  TRANSFORMS,
  type TrainContext,
} from './protocol'
import { checkSchedules } from './schedules/scheduled'

/** The arguments of an event after the context. */
export type EventArgs<E extends CallbackEvent> = E extends 'onCycleEnd'
  ? [cycle: number]
  : E extends 'onError'
    ? [error: unknown]
    : []

/** What a training loop talks to. */
export interface CallbackList {
  /** Sorted by `order`; equals stay in the order they were given. */
  readonly callbacks: readonly Callback[]
  /**
   * Calls every callback that listens, one after another. The first that throws ends the event,
   * except for `onTrainEnd` and `onError`, in which all get their turn to clean up. The first error
   * is wrapped in a `DlError` with code `callback-failed` unless it is a DlError itself.
   */
  emit<E extends CallbackEvent>(event: E, ctx: TrainContext, ...args: EventArgs<E>): Promise<void>
  transformBatch(batch: Batch, ctx: TrainContext): Batch
  transformLoss(loss: Tensor, ctx: TrainContext, parts: LossParts): Tensor
  transformGrads(grads: readonly (Tensor | null)[], ctx: TrainContext): readonly (Tensor | null)[]
  /** The states of all callbacks that have one, by name (`name`, `name#2`, …). */
  state(): Record<string, unknown>
  /** The tensors of all callbacks that keep some, by `name/name of the tensor`; yours to dispose. */
  tensors(): Record<string, Tensor>
  /** Gives the states back. Callbacks without one in `states` start afresh. */
  restore(
    states: Readonly<Record<string, unknown>>,
    tensors?: Readonly<Record<string, Tensor>>,
  ): void
}

/**
 * Checks and sorts callbacks for a training loop; the array passed in stays as it is.
 *
 * @example
 * ```ts
 * import { type Callback, callbackList } from '@dl/callbacks'
 *
 * const saver: Callback = { name: 'saver', order: 10 }
 * const schedule: Callback = { name: 'schedule', order: -10 }
 * callbackList([saver, { name: 'mine' }, schedule]).callbacks.map(c => c.name) // → schedule,mine,saver
 * ```
 */
export function callbackList(callbacks: readonly Callback[] = []): CallbackList {
  checkList('callbackList', 'callbacks', callbacks)
  callbacks.forEach(check)
  checkSchedules(callbacks)
  const sorted = [...callbacks].sort((a, b) => (a.order ?? 0) - (b.order ?? 0))
  const keys = stateKeys(sorted)

  return {
    callbacks: sorted,

    async emit(event, ctx, ...args) {
      const closing = event === 'onTrainEnd' || event === 'onError'
      const failures: unknown[] = []
      for (const callback of sorted) {
        const handler = callback[event] as Handler | undefined
        if (handler === undefined) continue
        try {
          await handler.call(callback, ctx, ...args)
        } catch (error) {
          failures.push(blame(callback, event, error))
          if (!closing) break
        }
      }
      if (failures.length > 0) throw failures[0]
    },

    transformBatch: (batch, ctx) => chain(sorted, 'transformBatch', batch, ctx),
    transformLoss: (loss, ctx, parts) => chain(sorted, 'transformLoss', loss, ctx, parts),
    transformGrads: (grads, ctx) => chain(sorted, 'transformGrads', grads, ctx),

    state() {
      const states: Record<string, unknown> = {}
      sorted.forEach((callback, i) => {
        if (callback.state) states[keys[i]!] = callback.state()
      })
      return states
    },

    tensors() {
      const all: Record<string, Tensor> = {}
      sorted.forEach((callback, i) => {
        for (const [name, tensor] of Object.entries(callback.tensors?.() ?? {})) {
          all[`${keys[i]}/${name}`] = tensor
        }
      })
      return all
    },

    restore(states, tensors = {}) {
      if (typeof states !== 'object' || states === null) {
        badOption('restore', `states are ${showValue(states)}`, 'what state() gave')
      }
      sorted.forEach((callback, i) => {
        const key = keys[i]!
        if (!callback.restore || !Object.hasOwn(states, key)) return
        const own = Object.entries(tensors)
          .filter(([name]) => name.startsWith(`${key}/`))
          .map(([name, tensor]) => [name.slice(key.length + 1), tensor] as const)
        callback.restore(states[key], Object.fromEntries(own))
      })
    },
  }
}

type Handler = (ctx: TrainContext, ...args: unknown[]) => Handled
type Transform<T> = ((value: T, ctx: TrainContext, ...more: unknown[]) => T) | undefined

function chain<T>(
  callbacks: readonly Callback[],
  name: (typeof TRANSFORMS)[number],
  first: T,
  ctx: TrainContext,
  ...more: unknown[]
): T {
  let value = first
  for (const callback of callbacks) {
    const transform = callback[name] as Transform<T>
    if (transform === undefined) continue
    try {
      value = transform.call(callback, value, ctx, ...more)
    } catch (error) {
      throw blame(callback, name, error)
    }
    if (value === undefined) {
      throw new DlError('bad-callback', {
        problem: `${name} of callback "${callback.name}" returned nothing`,
        expected: 'what the loop should go on with',
        fix: 'Return the argument to leave it as it is.',
      })
    }
  }
  return value
}

function blame(callback: Callback, event: string, error: unknown): unknown {
  if (DlError.is(error)) return error
  const text = error instanceof Error ? error.message : String(error)
  return new DlError('callback-failed', {
    problem: `callback "${callback.name}" threw in ${event}: ${text.replace(/\.$/, '')}`,
    fix: "The callback's own error is this one's cause.",
    cause: error,
  })
}

function check(callback: Callback, index: number, all: readonly Callback[]): void {
  if (typeof callback !== 'object' || callback === null) {
    throw new DlError('bad-callback', {
      problem: `callbacks[${index}] is ${typeof callback === 'function' ? 'a function' : showValue(callback)}`,
      expected: 'an object with a name and event handlers',
      fix:
        typeof callback === 'function' ? 'Call the factory: progress() instead of progress.' : '',
    })
  }
  const { name, order = 0 } = callback
  if (typeof name !== 'string' || name === '') {
    throw new DlError('bad-callback', {
      problem: `callbacks[${index}] has the name ${showValue(name)}`,
      expected: 'a non-empty string, which errors and checkpoints use',
    })
  }
  if (!Number.isFinite(order)) {
    throw new DlError('bad-callback', {
      problem: `callback "${name}" has the order ${showValue(order)}`,
      expected: 'a finite number: schedules have -10, savers 10, others 0',
    })
  }
  if (all.indexOf(callback) !== index) {
    throw new DlError('bad-callback', {
      problem: `callback "${name}" is in the list twice`,
      expected: 'each callback once',
    })
  }
  const known: readonly string[] = [...EVENTS, ...TRANSFORMS]
  for (const key of reservedKeys(callback)) {
    if (!known.includes(key)) {
      throw new DlError('bad-callback', {
        problem: `callback "${name}" has ${key}, which nothing calls`,
        expected: `one of ${known.join(', ')}`,
        fix: 'Correct the name, or use one that does not start with "on" or "transform".',
      })
    }
  }
  for (const key of [...known, 'state', 'tensors', 'restore']) {
    const handler: unknown = callback[key as keyof Callback]
    if (handler !== undefined && typeof handler !== 'function') {
      throw new DlError('bad-callback', {
        problem: `${key} of callback "${name}" is ${showValue(handler)}`,
        expected: 'a function',
      })
    }
  }
}

/** Names that look like events or transforms, those of the classes above the object included. */
function reservedKeys(callback: object): Set<string> {
  const keys = new Set<string>()
  let level: object | null = callback
  while (level !== null && level !== Object.prototype) {
    for (const key of Object.getOwnPropertyNames(level)) {
      if (/^(on|transform)[A-Z]/.test(key)) keys.add(key)
    }
    level = Object.getPrototypeOf(level)
  }
  return keys
}

function stateKeys(callbacks: readonly Callback[]): string[] {
  const seen = new Map<string, number>()
  return callbacks.map(({ name }) => {
    const count = (seen.get(name) ?? 0) + 1
    seen.set(name, count)
    return count === 1 ? name : `${name}#${count}`
  })
}
