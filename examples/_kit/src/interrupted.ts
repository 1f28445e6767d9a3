/** The first Ctrl-C, or SIGTERM, ends the run after its batch; the next kills the process as usual. */
export function interrupted(): AbortSignal {
  const controller = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.once(name, () => controller.abort())
  }
  return controller.signal
}
