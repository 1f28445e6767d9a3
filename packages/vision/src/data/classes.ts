/** Folders of two parts, one list of classes. */
import { DlError, showValue } from '@dl/core'

/**
 * @param b of the part to judge by
 * @param a the classes of each part, sorted
 * @param place of both, for the message
 * @throws DlError `one-sided-class`
 */
export function requireSameClasses(
  place: string,
  a: { part: string; classes: readonly string[] },
  b: { part: string; classes: readonly string[] },
): void {
  const alone = [[a, b] as const, [b, a] as const].flatMap(([one, other]) =>
    one.classes
      .filter(name => !other.classes.includes(name))
      .map(name => ({ name, there: one.part, missing: other.part })),
  )
  const [first] = alone
  if (first === undefined) return
  const { name, there, missing } = first
  const more = alone.length > 1 ? ` (and so on for ${alone.length - 1} more)` : ''
  throw new DlError('one-sided-class', {
    problem: `the class ${name} has a folder in ${there} and none in ${missing} of ${place}${more}`,
    expected: 'the same classes in both',
    fix: `List all classes to go on regardless, classes: [${JSON.stringify(name)}, …]; or add the folder${missing === b.part ? ', which may stay empty' : ''}, or take it out of ${there}.`,
  })
}

/** @throws DlError `bad-option` */
export function requireClasses(classes: unknown): asserts classes is readonly string[] {
  const isList = Array.isArray(classes) && classes.every(name => typeof name === 'string')
  if (isList && classes.length > 0 && new Set(classes).size === classes.length) return
  throw new DlError('bad-option', {
    problem: `classes is ${showValue(classes)}`,
    expected: 'a list of names, each once',
  })
}

/**
 * @param part that the pictures are of
 * @throws DlError `one-sided-class`
 */
export function requireKnownClasses(
  part: string,
  found: readonly string[],
  classes: readonly string[],
): void {
  const unknown = found.find(name => !classes.includes(name))
  if (unknown === undefined) return
  throw new DlError('one-sided-class', {
    problem: `the class ${unknown} has a folder in ${part} and is none of the classes to learn`,
    expected: `some of ${classes.join(', ')}`,
  })
}
