/** Refuses values of a wrong kind: plain JavaScript may pass any. */
import { Tensor } from '@tensorflow/tfjs-core'
import { DlError, showValue } from './errors'

type IsRight = (value: unknown) => boolean

const isTensor: IsRight = value => value instanceof Tensor
const isFunction: IsRight = value => typeof value === 'function'
const isGenerator: IsRight = value => isFunction((value as { reserve?: unknown } | null)?.reserve)
const isText: IsRight = value => typeof value === 'string'

/** What is expected, as messages say it. Tensors and generators may be of another copy of their package. */
const KINDS = {
  'a tensor': isTensor,
  'a tensor or undefined': value => value === undefined || isTensor(value),
  'a Generator': isGenerator,
  'a Generator or undefined': value => value === undefined || isGenerator(value),
  'a function': isFunction,
  'a function or undefined': value => value === undefined || isFunction(value),
  'an object': value => (typeof value === 'object' && value !== null) || isFunction(value),
  'an iterable': value =>
    isFunction((value as Partial<Iterable<unknown>> | null)?.[Symbol.iterator]),
  'a string': isText,
  'an array of integers': value => Array.isArray(value) && value.every(Number.isInteger),
  'true or false': value => typeof value === 'boolean',
  'a finite number': value => Number.isFinite(value),
  'a number from 0 to 1': value => typeof value === 'number' && value >= 0 && value <= 1,
  'an integer of at least 0': value => Number.isSafeInteger(value) && (value as number) >= 0,
} satisfies Record<string, IsRight>

/**
 * @param who the function that the error names
 * @param values what it got, by name
 * @throws DlError `no-tensor`, `bad-option`
 */
export function check(
  who: string,
  expected: keyof typeof KINDS,
  values: Readonly<Record<string, unknown>>,
): void {
  for (const [name, value] of Object.entries(values)) {
    checkThat(who, name, value, expected, KINDS[expected])
  }
}

/** The same for a kind of its own. */
export function checkThat(
  who: string,
  name: string,
  value: unknown,
  expected: string,
  isRight: IsRight,
): void {
  if (isRight(value)) return
  throw new DlError(expected.startsWith('a tensor') ? 'no-tensor' : 'bad-option', {
    problem: `${who} got ${name} ${showValue(value)}`,
    expected,
  })
}
