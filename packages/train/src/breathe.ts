/**
 * A training loop on a CPU backend awaits only promises that are already resolved, so timers,
 * signals (Ctrl-C) and a page's clicks would wait for its end. This lets them in now and then.
 */
const SHARE_MS = 40

export function breather(): () => Promise<void> {
  const pause = pauser()
  let last = performance.now()
  return async () => {
    if (performance.now() - last < SHARE_MS) return
    await pause()
    last = performance.now()
  }
}

/** One turn of the event loop. A timer would take a millisecond, in pages four: up to a tenth of the time. */
function pauser(): () => Promise<void> {
  if (typeof setImmediate === 'function') {
    return () =>
      new Promise(resolve => {
        setImmediate(resolve)
      })
  }
  const { port1, port2 } = new MessageChannel()
  return () =>
    new Promise(resolve => {
      port1.onmessage = () => resolve()
      port2.postMessage(null)
    })
}
