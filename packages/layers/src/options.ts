/** Options with their defaults, checked where they enter. */
import { checkOptions, DlError, showValue } from '@dl/core'

/** Options with a value for each. */
export type Complete<O extends object, D extends Record<keyof O, unknown>> = {
  [K in keyof O]-?: Exclude<O[K], undefined> | D[K]
}

/**
 * `options` with `defaults` for what is missing or undefined. The names of the defaults are all there
 * are, so those without a default are listed as undefined. What is true or false by default must be
 * one of the two; other values are the caller's to check.
 *
 * @throws DlError `bad-option`
 */
export function withDefaults<O extends object, const D extends Record<keyof O, unknown>>(
  owner: string,
  options: O,
  defaults: D,
): Complete<O, D> {
  const given: object = checkOptions<object, readonly never[]>(
    owner,
    options,
    Object.keys(defaults) as never,
  )
  const result = { ...defaults } as Record<string, unknown>
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined) continue
    if (typeof result[name] === 'boolean' && typeof value !== 'boolean') {
      throw new DlError('bad-option', {
        problem: `${owner} got ${name} ${showValue(value)}`,
        expected: 'true or false',
      })
    }
    result[name] = value
  }
  return result as Complete<O, D>
}
