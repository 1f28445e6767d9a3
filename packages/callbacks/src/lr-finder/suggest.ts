/**
 * Where on the curve of an LR finder to train, after fastai's suggestions. Pure functions of the
 * learning rates and the smoothed losses; null where the curve is too short or only rises.
 */
import { checkCount, checkNumbers } from '../checks'

/**
 * A third and a half of a third along the longest falling stretch (its longest falling subsequence,
 * so that bumps do not end it).
 *
 * @example
 * ```ts
 * import { valley } from '@dl/callbacks'
 *
 * const lrs = [1e-4, 1e-3, 1e-2, 1e-1, 1, 10]
 * valley(lrs, [4, 3.9, 3, 2, 1.5, 9]) // → 0.001
 * ```
 */
export function valley(lrs: ArrayLike<number>, losses: ArrayLike<number>): number | null {
  checkNumbers('valley', 'lrs', lrs)
  checkNumbers('valley', 'losses', losses)
  const { end, length } = longestFall(losses)
  if (length < 2) return null
  const start = Math.max(0, end - length)
  const third = (end - start) / 3
  return lrs[start + Math.floor(third) + Math.floor(third / 2)]!
}

/**
 * Where the loss falls fastest over the logarithm of the learning rate: the middle of the steepest
 * `span` steps. More than one step keeps noise from winning. What falls behind the lowest place only
 * comes down again from where the rate had thrown it. And a net that begins badly falls at any rate:
 * what counts is the last tenfold before nine tenths of the fall are done, and what is left of it.
 *
 * @example
 * ```ts
 * import { steepest } from '@dl/callbacks'
 *
 * steepest([1e-4, 1e-3, 1e-2, 1e-1, 1], [4, 3.9, 3, 2.8, 9]) // → 0.001
 * ```
 */
export function steepest(
  lrs: ArrayLike<number>,
  losses: ArrayLike<number>,
  span = 1,
): number | null {
  checkNumbers('steepest', 'lrs', lrs)
  checkNumbers('steepest', 'losses', losses)
  checkCount('steepest', 'span', span, 1)
  let best: number | null = null
  let slope = 0
  const { lowest, nearly } = fall(losses)
  for (let i = 0; i + span <= lowest; i++) {
    if (lrs[i + span]! < lrs[nearly]! / 10) continue
    const here = (losses[i + span]! - losses[i]!) / Math.log(lrs[i + span]! / lrs[i]!)
    if (here < slope) {
      slope = here
      best = lrs[i + Math.floor(span / 2)]!
    }
  }
  return best
}

/** Where the loss is lowest, and where it first was nine tenths of the way down from its highest before. */
function fall(losses: ArrayLike<number>): { lowest: number; nearly: number } {
  const all = Array.from(losses)
  const lowest = all.reduce((low, loss, i) => (loss < all[low]! ? i : low), 0)
  const top = all.slice(0, lowest + 1).reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)
  const nearly = all.findIndex(loss => loss <= top - 0.9 * (top - all[lowest]!))
  return { lowest, nearly: Math.max(0, nearly) }
}

/** The first place where a longest falling subsequence ends (patience sorting), and its length. */
function longestFall(losses: ArrayLike<number>): { end: number; length: number } {
  // tails[k]: the largest last element of the falling subsequences of k + 1 elements so far
  const tails: number[] = []
  let end = 0
  for (let i = 0; i < losses.length; i++) {
    const loss = losses[i]!
    let [low, high] = [0, tails.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (tails[middle]! > loss) low = middle + 1
      else high = middle
    }
    if (low === tails.length) end = i
    tails[low] = loss
  }
  return { end, length: tails.length }
}
