/**
 * A training loop on a CPU backend awaits only promises that are already resolved, so timers,
 * signals (Ctrl-C) and a page's clicks would wait for its end. This lets them in now and then.
 */
const SHARE_MS = 40

export function breather(): () => Promise<void> {
  let last = performance.now()
  return async () => {
    if (performance.now() - last < SHARE_MS) return
    await new Promise<void>(resolve => {
      setTimeout(resolve, 0)
    })
    last = performance.now()
  }
}
