/** Folders of two parts, one list of classes. */
import { DlError } from '@dl/core'

/**
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
    fix: 'Add the folder, or take it out of the other part.',
  })
}

/**
 * @param found classes of the test pictures
 * @throws DlError `one-sided-class`
 */
export function requireKnownClasses(
  test: string,
  found: readonly string[],
  classes: readonly string[],
): void {
  const unknown = found.find(name => !classes.includes(name))
  if (unknown === undefined) return
  throw new DlError('one-sided-class', {
    problem: `the class ${unknown} has a folder in ${test} and none in training`,
    expected: `some of ${classes.join(', ')}`,
  })
}
