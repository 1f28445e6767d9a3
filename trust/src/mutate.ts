/** Damage to bytes, of the kinds that transfers, disks and fuzzers do. */
import type { Generator } from '@dl/core'

export const pick = <T>(random: Generator, list: readonly T[]): T => list[random.int(list.length)]!

/** `bytes` with `remove` of them at `at` replaced. */
export function spliced(
  bytes: Uint8Array,
  at: number,
  remove: number,
  insert: ArrayLike<number>,
): Uint8Array {
  const result = new Uint8Array(bytes.length - remove + insert.length)
  result.set(bytes.subarray(0, at))
  result.set(insert, at)
  result.set(bytes.subarray(at + remove), at + insert.length)
  return result
}

/** One to three places of it damaged. */
export function damaged(bytes: Uint8Array, random: Generator): Uint8Array {
  let result = bytes
  for (let rounds = 1 + random.int(3); rounds > 0; rounds--) {
    const at = random.int(result.length + 1)
    const rest = result.length - at
    const some = Math.min(rest, 1 + random.int(8))
    switch (random.int(6)) {
      case 0:
        if (rest > 0) result = spliced(result, at, 1, [result[at]! ^ (1 << random.int(8))])
        break
      case 1:
        if (rest > 0) result = spliced(result, at, 1, [pick(random, [0, 1, 0x7f, 0x80, 0xff])])
        break
      case 2:
        result = spliced(result, at, some, [])
        break
      case 3:
        result = spliced(
          result,
          at,
          0,
          Array.from({ length: some }, () => random.int(256)),
        )
        break
      case 4:
        // a piece of it once more elsewhere
        result = spliced(result, random.int(result.length + 1), 0, result.slice(at, at + some))
        break
      default:
        result = result.slice(0, at)
    }
  }
  return result
}
