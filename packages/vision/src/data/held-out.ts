/** Which pictures to judge by, chosen by chance. */
import { DlError, Generator, showValue } from '@dl/core'

/** As in fast.ai. */
const SEED = 42

/**
 * A fraction of the pictures, rounded down: of each class its share, as nearly as whole pictures
 * allow, but never all of a class. Pictures with lists of labels are chosen without regard to them.
 *
 * @param labels of each picture; the choice depends on their order, the fraction and the seed alone
 * @throws DlError `bad-option` for what is no fraction, or leaves a part without pictures
 */
export function heldOut(
  labels: readonly (number | readonly number[])[],
  fraction: number,
  seed: number = SEED,
): Set<number> {
  if (!(typeof fraction === 'number' && fraction > 0 && fraction < 1)) {
    throw new DlError('bad-option', {
      problem: `validFraction is ${showValue(fraction)}`,
      expected: 'a number between 0 and 1',
      ...(fraction > 1 && fraction < 100 && { fix: `Of ${fraction} %, it is ${fraction / 100}.` }),
    })
  }
  if (!Number.isSafeInteger(seed)) {
    throw new DlError('bad-option', {
      problem: `splitSeed is ${showValue(seed)}`,
      expected: 'an integer of at least 0',
    })
  }
  // 0.29 of 100 is 28.999999999999996
  const whole = (share: number) => Math.floor(share + 1e-9)
  const groups = new Map<number | null, number[]>()
  for (const i of new Generator(seed).permutation(labels.length)) {
    const label = labels[i]!
    const group = typeof label === 'number' ? label : null
    const members = groups.get(group)
    if (members) members.push(i)
    else groups.set(group, [i])
  }
  const shares = Array.from(groups.values(), members => {
    const share = members.length * fraction
    return { members, count: whole(share), rest: share - whole(share) }
  })
  let left = whole(labels.length * fraction) - shares.reduce((sum, { count }) => sum + count, 0)
  for (const share of shares.toSorted((a, b) => b.rest - a.rest)) {
    if (left <= 0) break
    if (share.count + 1 >= share.members.length) continue
    share.count++
    left--
  }
  const held = new Set(shares.flatMap(({ members, count }) => members.slice(0, count)))
  if (held.size > 0) return held
  throw new DlError('bad-option', {
    problem: `validFraction ${fraction} of ${labels.length} pictures holds out none`,
    expected: 'a fraction that leaves both parts a picture, and each class one to learn from',
  })
}
