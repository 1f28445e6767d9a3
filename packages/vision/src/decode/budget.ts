/** A bound on what all pictures under way take together: a loader has many at once. */

/**
 * @param most what may be under way in all; something larger waits until it is alone
 * @returns runs work once there is room for it, in the order of asking
 */
export function budget(most: number): <T>(size: number, work: () => Promise<T>) => Promise<T> {
  let used = 0
  const waiting: { size: number; start: () => void }[] = []
  const admit = () => {
    for (let next = waiting[0]; next !== undefined; next = waiting[0]) {
      if (used > 0 && used + next.size > most) return
      waiting.shift()
      used += next.size
      next.start()
    }
  }
  return async (size, work) => {
    await new Promise<void>(start => {
      waiting.push({ size, start })
      admit()
    })
    try {
      return await work()
    } finally {
      used -= size
      admit()
    }
  }
}
