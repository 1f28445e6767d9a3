/**
 * tfjs keeps each buffer that is given back for a tensor of exactly that size, so with sequences of
 * changing length memory only grows. Here free buffers count for 256 MiB at most; beyond that, those
 * of the size that was not asked for longest are destroyed.
 */
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu'

type Manager = WebGPUBackend['bufferManager']

/** The parts of tfjs's manager that are private. */
interface Held {
  freeBuffers: Map<string, GPUBuffer[]>
  usedBuffers: Map<string, GPUBuffer[]>
  numFreeBuffers: number
  numBytesUsed: number
  numBytesAllocated: number
}

export const KEPT_BYTES: number = 256 * 2 ** 20

/** Small buffers cost more than their bytes. */
export const KEPT_BUFFERS = 4096

export function boundBuffers(
  manager: Manager,
  { bytes = KEPT_BYTES, buffers = KEPT_BUFFERS } = {},
): void {
  const held = manager as unknown as Held
  const { acquireBuffer, releaseBuffer } = manager
  const keyOf = ({ size, usage }: GPUBuffer) => `${size}_${usage}`

  /** Maps keep the order of insertion: what is put in anew is the youngest. */
  const renew = (key: string) => {
    const free = held.freeBuffers.get(key) ?? []
    held.freeBuffers.delete(key)
    held.freeBuffers.set(key, free)
  }

  const tooMany = () =>
    held.numBytesAllocated - held.numBytesUsed > bytes || held.numFreeBuffers > buffers

  manager.acquireBuffer = (size, usage, mapped = false, reuse = true) => {
    if (reuse) renew(`${size}_${usage}`)
    return acquireBuffer.call(manager, size, usage, mapped, reuse)
  }

  manager.releaseBuffer = (buffer, reuse = true) => {
    const key = keyOf(buffer)
    renew(key)
    releaseBuffer.call(manager, buffer, reuse)
    if (held.usedBuffers.get(key)?.length === 0) held.usedBuffers.delete(key)
    for (const [oldest, free] of held.freeBuffers) {
      while (free.length > 0 && tooMany()) {
        const unused = free.pop()!
        unused.destroy()
        held.numFreeBuffers--
        held.numBytesAllocated -= unused.size
      }
      if (free.length === 0) held.freeBuffers.delete(oldest)
      if (!tooMany()) break
    }
  }
}
