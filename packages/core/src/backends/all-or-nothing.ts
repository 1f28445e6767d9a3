/**
 * A kernel of tfjs's that fails on its way leaves what it has made: outputs and intermediates that no
 * tensor owns, and data it had taken another hold on. Nobody can free them any more.
 */
import { type DataId, engine, type KernelBackend } from '@tensorflow/tfjs-core'
import { DlError } from '../errors'

/** What the kernel that runs has done so far. */
interface Journal {
  kernelName: string
  made: DataId[]
  /** How often data were held before the kernel took hold of them, too. */
  held: Map<DataId, number>
}

const journals = new WeakMap<KernelBackend, { current: Journal | null }>()

/** The kernel that a backend runs now. */
export const runningKernel = (backend: KernelBackend): string =>
  journals.get(backend)?.current?.kernelName ?? 'an operation'

/**
 * Runs a kernel of `backend`. Where it throws, what it had made is freed, and what it held is let go;
 * a size that JavaScript refuses is a DlError then.
 *
 * @throws DlError `out-of-memory`; what `run` throws
 *
 * @example
 * ```ts
 * import '@tensorflow/tfjs-backend-cpu'
 * import { allOrNothing } from '@dl/core'
 * import { engine } from '@tensorflow/tfjs-core'
 *
 * const { backend } = engine()
 * const before = backend.numDataIds()
 * let message = ''
 * try {
 *   allOrNothing('Add', backend, () => {
 *     backend.write(Float32Array.of(1, 2), [2], 'float32')
 *     throw new Error('no more')
 *   })
 * } catch (error) {
 *   message = (error as Error).message
 * }
 * message // → no more
 * backend.numDataIds() - before // → 0
 * ```
 */
export function allOrNothing<T>(kernelName: string, backend: KernelBackend, run: () => T): T {
  const running = journals.get(backend) ?? watched(backend)
  // what a kernel runs within itself fails with it
  if (running.current !== null) return run()
  const journal: Journal = { kernelName, made: [], held: new Map() }
  running.current = journal
  try {
    return run()
  } catch (error) {
    running.current = null
    undo(backend, journal)
    throw outOfMemory(kernelName, error)
  } finally {
    running.current = null
  }
}

/** From now on this backend notes down what it makes and holds. */
function watched(backend: KernelBackend): { current: Journal | null } {
  const running: { current: Journal | null } = { current: null }
  const { write, incRef } = backend
  backend.write = function (...args) {
    const dataId = write.apply(this, args)
    running.current?.made.push(dataId)
    return dataId
  }
  backend.incRef = function (dataId) {
    const held = running.current?.held
    if (held && !held.has(dataId)) held.set(dataId, this.refCount(dataId))
    incRef.call(this, dataId)
  }
  journals.set(backend, running)
  return running
}

function undo(backend: KernelBackend, { made, held }: Journal): void {
  const { tensorInfo } = engine().state
  for (const dataId of made) {
    // what is a tensor is its scope's
    if (!tensorInfo.has(dataId)) backend.disposeData(dataId, true)
  }
  for (const [dataId, before] of held) {
    while (backend.refCount(dataId) > before) backend.disposeData(dataId)
  }
}

/** What the engine says where an array cannot be, in words; any other error as it is. */
function outOfMemory(kernelName: string, error: unknown): unknown {
  const isOfSize =
    error instanceof RangeError && /array|buffer|memory|allocation/i.test(error.message)
  if (!isOfSize) return error
  return new DlError('out-of-memory', {
    problem: `JavaScript has no room for the values of ${kernelName} (${error.message})`,
    expected: 'a size that fits',
    fix: 'Check the sizes that were asked for; if they are right, take smaller batches.',
    cause: error,
  })
}
