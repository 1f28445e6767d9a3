/** The processor's name in Node, the platform's in a page, which does not tell more. */
export function processorName(): string {
  type Os = { cpus(): { model: string }[]; arch(): string }
  const { process, navigator } = globalThis as {
    process?: { getBuiltinModule?(name: string): Os | undefined }
    navigator?: { platform?: string }
  }
  const os = process?.getBuiltinModule?.('node:os')
  return os?.cpus()[0]?.model.trim() || os?.arch() || navigator?.platform || 'a processor'
}
