/** What a worker does: it runs pieces of jobs until it is terminated. */
import {
  type Control,
  controlOf,
  FAILED,
  IDLE,
  INSIDE,
  JOB,
  KERNEL,
  type Kernel,
  OPEN,
  SLEEPERS,
  STATE,
  takePieces,
} from './protocol'

export interface WorkerTask {
  module: WebAssembly.Module
  memory: WebAssembly.Memory
  control: SharedArrayBuffer
  thread: number
}

/** How often to look for the next job before falling asleep: about as long as a short kernel takes. */
const SPINS = 20_000

/** Until it is terminated. `own` are kernels to run in place of the module's. */
export function serve(
  { module, memory, control, thread }: WorkerTask,
  own: Record<string, Kernel> = {},
): never {
  const { exports } = new WebAssembly.Instance(module, { env: { memory } })
  const kernels = WebAssembly.Module.exports(module).map(
    ({ name }) => own[name] ?? (exports[name] as Kernel),
  )
  const shared = controlOf(control)
  const { words } = shared
  let seen = Atomics.load(words, JOB)
  Atomics.store(words, STATE + thread, IDLE)
  for (;;) {
    Atomics.store(words, STATE + thread, INSIDE)
    if (Atomics.load(words, OPEN) === 1) work(shared, kernels, thread)
    Atomics.store(words, STATE + thread, IDLE)
    Atomics.notify(words, STATE + thread)
    awaitJob(words, seen)
    seen = Atomics.load(words, JOB)
  }
}

function work(control: Control, kernels: Kernel[], thread: number): void {
  try {
    takePieces(control, kernels[control.words[KERNEL]!]!, thread)
  } catch {
    Atomics.store(control.words, FAILED, 1 + thread)
  }
}

function awaitJob(words: Int32Array, seen: number): void {
  for (let i = 0; i < SPINS; i++) if (Atomics.load(words, JOB) !== seen) return
  Atomics.add(words, SLEEPERS, 1)
  Atomics.wait(words, JOB, seen)
  Atomics.sub(words, SLEEPERS, 1)
}
