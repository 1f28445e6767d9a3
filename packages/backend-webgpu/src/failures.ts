/**
 * A GPU tells what went wrong later and elsewhere: a program that does not fit is skipped, and all
 * that was queued with it, and the results are zeros. Here errors of the device are kept and thrown
 * by the next kernel or read, with the name of the operation. Nothing waits for the device: the
 * name travels as a label on what an operation makes.
 */
import { DlError } from '@dl/core'

/** Labels of ours in the device's messages. */
const LABEL = /"dl:([^"]+)"/
const FOLLOWS = /invalid due to a previous error|\[Invalid/

export class DeviceFailures {
  /** The operation that runs. */
  #operation = ''
  #failure: DlError | null = null
  #lost: DlError | null = null
  /** Whether the device is still at what it was given before an error was told. */
  #told = false
  readonly #device: GPUDevice
  readonly #flush: () => void

  /** @param flush hands all that is queued to the device */
  constructor(device: GPUDevice, flush: () => void) {
    this.#device = device
    this.#flush = flush
    this.#label()
    device.addEventListener('uncapturederror', this.#hear)
    device.lost.then(({ reason, message }) => {
      this.#lost = lostDevice(message || reason)
    })
  }

  /** Listens no more. */
  dispose(): void {
    this.#device.removeEventListener('uncapturederror', this.#hear)
  }

  readonly #hear = (event: Event): void => {
    event.preventDefault()
    const { error } = event as GPUUncapturedErrorEvent
    if (this.#told && FOLLOWS.test(error.message)) return
    // what follows the first error follows from it
    this.#failure ??= complaint(error)
  }

  during<T>(operation: string, run: () => T): T {
    this.check()
    const outer = this.#operation
    this.#operation = operation
    try {
      return run()
    } catch (error) {
      throw this.#explained(error, operation)
    } finally {
      this.#operation = outer
    }
  }

  /** Throws what the device has complained about, once; a lost device stays lost. */
  check(): void {
    if (this.#lost) throw this.#lost
    const failure = this.#failure
    if (failure === null) return
    throw this.#tell(failure)
  }

  /** The rest of what was queued is refused with it, which is no news when the device comes to it. */
  #tell(failure: DlError): DlError {
    this.#told = true
    this.#flush()
    const done = () => {
      this.#told = false
    }
    // events of errors come as tasks, behind the promise
    this.#device.queue.onSubmittedWorkDone().then(() => setTimeout(done), done)
    this.#failure = null
    return failure
  }

  /** What to throw for an error; whether the device is lost or has a reason is known a little later. */
  async explain(error: unknown, operation: string): Promise<unknown> {
    if (DlError.is(error)) return error
    await new Promise(resolve => setTimeout(resolve))
    return this.#failure ? this.#tell(this.#failure) : this.#explained(error, operation)
  }

  #explained(error: unknown, operation: string): unknown {
    if (DlError.is(error)) return error
    if (this.#lost) return this.#lost
    // Dawn throws one without a word where the device is gone
    if (error instanceof DOMException && error.message === '') return lostDevice('no reason given')
    if (error instanceof RangeError && /buffer|memory/i.test(error.message)) {
      return outOfMemory(operation, error)
    }
    if (!(error instanceof DOMException)) return error
    return deviceError(operation, error)
  }

  /** Puts the operation's name on what messages will speak of. */
  #label(): void {
    const made = [
      'createBuffer',
      'createBindGroup',
      'createComputePipeline',
      'createShaderModule',
    ] as const
    for (const name of made) {
      const make = this.#device[name].bind(this.#device) as (descriptor: object) => never
      this.#device[name] = (descriptor: object) =>
        make({ ...descriptor, label: `dl:${this.#operation}` })
    }
  }
}

function complaint(error: GPUError): DlError {
  const operation = error.message.match(LABEL)?.[1] ?? ''
  return error instanceof GPUOutOfMemoryError || /out of memory/i.test(error.message)
    ? outOfMemory(operation, error)
    : deviceError(operation, error)
}

const named = (operation: string): string => operation || 'an operation'

function deviceError(operation: string, cause: { message: string }): DlError {
  const [first = ''] = cause.message.split('\n')
  return new DlError('webgpu-error', {
    problem: `${named(operation)} did not run on the GPU: ${first.replace(/\.$/, '')}`,
    expected: 'a program that the device accepts; what was computed since is not to be trusted',
    fix: 'Smaller tensors may fit the limits that backendInfo() tells. If they are small, report it.',
    cause,
  })
}

function outOfMemory(operation: string, cause: { message: string }): DlError {
  return new DlError('out-of-memory', {
    problem: `the GPU has no memory left for ${named(operation)}`,
    expected: 'tensors that fit, all that are alive together',
    fix: 'Take smaller batches, and dispose what is not needed any more.',
    cause,
  })
}

function lostDevice(reason: string): DlError {
  return new DlError('device-lost', {
    problem: `the GPU is gone (${reason}), and all tensors with it`,
    expected: 'a device that stays as long as the program',
    fix: 'Start anew (load the page again) and continue from the last checkpoint.',
  })
}
