/**
 * The one error class of these packages. A message says, in this order: what was wrong (with the
 * value), what was expected, what to do. `code` is stable and made for programs.
 */
const brand = Symbol.for('@dl/error')

/** The three sentences of a {@link DlError}. */
export interface Complaint {
  /** What was wrong, with the offending value: `bptt is 0`. */
  problem: string
  /** What would have been right: `an integer of at least 1`. */
  expected?: string
  /** What to do about it, as a full sentence. */
  fix?: string
  /** The error underneath, where there was one. */
  cause?: unknown
}

/**
 * An error that teaches.
 *
 * @example
 * ```ts
 * import { DlError } from '@dl/core'
 *
 * const error = new DlError('bad-option', {
 *   problem: 'bptt is 0',
 *   expected: 'an integer of at least 1',
 *   fix: 'Leave it out for the default of 70.',
 * })
 * error.message // → bptt is 0; expected an integer of at least 1. Leave it out for the default of 70.
 * DlError.is(error, 'bad-option') // → true
 * ```
 */
export class DlError extends Error {
  override readonly name = 'DlError'
  readonly [brand] = true

  constructor(
    readonly code: string,
    complaint: Complaint,
  ) {
    // whatever is passed, as the error that tells of it must come to be
    const { problem, expected, fix, cause }: Partial<Complaint> = complaint ?? {}
    super(
      `${String(problem)}${expected ? `; expected ${String(expected)}` : ''}.${fix ? ` ${String(fix)}` : ''}`,
      { cause },
    )
  }

  /** Whether `error` is a DlError (of whichever copy of this package), optionally with this code. */
  static is(error: unknown, code?: string): error is DlError {
    const candidate = error as { [brand]?: true; code?: string } | null | undefined
    return candidate?.[brand] === true && (code === undefined || candidate.code === code)
  }
}

/** A shape as messages print it: `[64, 70]`. It never throws. */
export const showShape = (shape: readonly number[]): string =>
  Array.isArray(shape) ? `[${shape.map(String).join(', ')}]` : showValue(shape)

/**
 * Any value as messages print it: text in quotes, an object by its kind. It never throws.
 *
 * @example
 * ```ts
 * import { showValue } from '@dl/core'
 *
 * showValue('0.1') // → "0.1"
 * showValue({ lr: 0.1 }) // → an object with lr
 * showValue([1, null]) // → [1, null]
 * ```
 */
export function showValue(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(shortened(value))
  if (typeof value === 'function') return value.name ? `the function ${value.name}` : 'a function'
  if (Array.isArray(value)) {
    const shown = value.slice(0, 8).map(one => (Array.isArray(one) ? '[…]' : showValue(one)))
    return `[${shown.join(', ')}${value.length > 8 ? ', …' : ''}]`
  }
  if (typeof value !== 'object' || value === null) return String(value)
  const kind: unknown = Object.getPrototypeOf(value)?.constructor?.name
  if (typeof kind === 'string' && kind !== '' && kind !== 'Object') return `a ${kind}`
  const names = Object.keys(value)
  return names.length > 0 ? `an object with ${names.slice(0, 4).join(', ')}` : 'an empty object'
}

const shortened = (text: string): string => (text.length > 60 ? `${text.slice(0, 60)}…` : text)
