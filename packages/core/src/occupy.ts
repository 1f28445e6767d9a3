/**
 * Who works with a model now. Training, evaluation and text generation wait between their steps, and
 * a second one that ran in these pauses would find its modes and carried state changed under it.
 */
import { check } from './checks'
import { DlError } from './errors'
import { checkOptions } from './options'
import { shared } from './shared'

/** A stay at a model; it ends with `leave`. */
export interface Occupancy {
  /** Lets others in while `work` runs, and waits until they have left, also where it throws. */
  lend<T>(work: () => T | Promise<T>): Promise<T>
  /** Once or more often. */
  leave(): void
  [Symbol.dispose](): void
}

export interface OccupyOptions {
  /** Whether being let in by another is not enough, as for training within training (default false). */
  alone?: boolean
}

interface Occupant {
  readonly who: string
  readonly outer: Occupant | undefined
  lending: boolean
  readonly gone: Promise<void>
}

const occupants = shared('occupants', new WeakMap<object, Occupant>())

/**
 * Takes a model for oneself until `leave`. What changes its modes or its state and waits in between
 * calls this first.
 *
 * @param who the name of the function, for the message to whoever comes second
 * @throws DlError `model-busy` where another has it and does not lend it now
 *
 * @example
 * ```ts
 * import { DlError, occupy } from '@dl/core'
 *
 * const model = {}
 * const training = occupy(model, 'fit')
 * await training.lend(async () => {
 *   using writing = occupy(model, 'generate') // within a callback: welcome
 * })
 * try {
 *   occupy(model, 'generate')
 * } catch (error) {
 *   DlError.is(error, 'model-busy') // → true
 * }
 * training.leave()
 * ```
 */
export function occupy(model: object, who: string, options: OccupyOptions = {}): Occupancy {
  const { alone = false } = checkOptions('occupy', options, ['alone'])
  check('occupy', 'an object', { model })
  check('occupy', 'a string', { who })
  check('occupy', 'true or false', { alone })
  const outer = occupants.current.get(model)
  if (outer && (alone || !outer.lending)) {
    throw new DlError('model-busy', {
      problem: `${who} was called while ${outer.who} is at work with the same model`,
      expected: 'one at a time',
      fix: alone
        ? `Wait for ${outer.who} to end.`
        : `Wait for ${outer.who} to end, or call ${who} from a callback that waits for it.`,
    })
  }
  let end = () => {}
  const gone = new Promise<void>(resolve => {
    end = resolve
  })
  const own: Occupant = { who, outer, lending: false, gone }
  occupants.current.set(model, own)

  let left = false
  const leave = () => {
    if (left) return
    left = true
    if (outer) occupants.current.set(model, outer)
    else occupants.current.delete(model)
    end()
  }
  return {
    async lend(work) {
      check('lend', 'a function', { work })
      own.lending = true
      try {
        return await work()
      } finally {
        for (let guest = guestOf(model, own); guest; guest = guestOf(model, own)) await guest.gone
        own.lending = false
      }
    },
    leave,
    [Symbol.dispose]: leave,
  }
}

const guestOf = (model: object, host: Occupant): Occupant | undefined => {
  const now = occupants.current.get(model)
  return now === host ? undefined : now
}
