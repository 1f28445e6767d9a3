/** Native kernels on the memory, in the thread that calls this. Workers run it, too: it imports nothing. */

/** What @dl/native finds, see its NativeAddon. */
export interface NativeAddon {
  file: string
  level: string
  version: string
  contract: number
  checked: boolean
}

type Kernels = Record<string, (...args: number[]) => number>

interface Exports {
  attach(level: string, bytes: Uint8Array): Kernels
  /** Of the checking build: how large the memory is when the next call begins. */
  setLimit?(bytes: number): void
}

/**
 * Functions of the same names and arguments as the exports of the WebAssembly module. They know where
 * the memory begins, which stays when it grows; whoever holds them has to hold the memory.
 */
export function attach({ file, level }: NativeAddon, memory: WebAssembly.Memory): Kernels {
  const module = { exports: {} }
  process.dlopen(module, file)
  const { attach, setLimit } = module.exports as Exports
  const kernels = attach(level, new Uint8Array(memory.buffer))
  if (!setLimit) return kernels
  const checked = Object.entries(kernels).map(([name, kernel]) => [
    name,
    (...args: number[]) => {
      setLimit(memory.buffer.byteLength)
      return kernel(...args)
    },
  ])
  return Object.fromEntries(checked)
}
