/** Options as plain JavaScript gives them: of any kind, with any names. */
import { DlError, showValue } from './errors'
import { nearest } from './nearest'

/** Fails to compile where the list lacks a name of the type, and says which. */
type Complete<T, K extends readonly (keyof T)[]> = [Exclude<keyof T, K[number]>] extends [never]
  ? unknown
  : { missing: Exclude<keyof T, K[number]> }

/**
 * Refuses what is no object of options, and names that nothing reads. Gives the options back, to be
 * taken apart: destructuring them in the signature would throw a TypeError before any check.
 *
 * @param owner whom the error names
 * @param known all names of the options' type
 * @param elsewhere what to do about names that belong in another place
 * @throws DlError `bad-option`
 *
 * @example
 * ```ts
 * import { checkOptions } from '@dl/core'
 *
 * function wait(options: { patience?: number; factor?: number } = {}) {
 *   const { patience = 3 } = checkOptions('wait', options, ['patience', 'factor'])
 *   return patience
 * }
 * wait() // → 3
 * try {
 *   wait({ patince: 5 } as object)
 * } catch (error) {
 *   ;`${error}` // → DlError: wait has no option patince; expected one of patience, factor. Did you mean patience?
 * }
 * ```
 */
export function checkOptions<T extends object, const K extends readonly (keyof T & string)[]>(
  owner: string,
  options: T,
  known: K & Complete<T, K>,
  elsewhere: Readonly<Record<string, string>> = {},
): T {
  const names: readonly string[] = known
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new DlError('bad-option', {
      problem: `${owner}'s options are ${showValue(options)}`,
      expected: `an object with any of ${names.join(', ')}`,
    })
  }
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || names.includes(name)) continue
    const near = nearest(name, names)
    const other = nearest(name, Object.keys(elsewhere))
    throw new DlError('bad-option', {
      problem: `${owner} has no option ${name}`,
      expected: `one of ${names.join(', ')}`,
      fix: near ? `Did you mean ${near}?` : other ? elsewhere[other]! : '',
    })
  }
  return options
}
