/** The calling thread's side of the pool: starts workers when they first pay, cuts jobs, waits. */
import { DlError } from '@dl/core'
import type { NativeAddon } from '../native/attach'
import {
  ABSENT,
  ARGUMENTS,
  CONTROL_BYTES,
  type Control,
  controlOf,
  FAILED,
  INSIDE,
  JOB,
  KERNEL,
  type Kernel,
  NEXT,
  OPEN,
  PER_PIECE,
  PIECES,
  SLEEPERS,
  STATE,
  takePieces,
  UNITS,
} from './protocol'
import { type SpawnedWorker, spawnWorker } from './spawn'

/** Pieces for each thread, so that one that starts late or is interrupted costs little. */
const PIECES_PER_THREAD = 8
/** Pieces this long begin at multiples of 16 units, so that two threads share no cache line. */
const ALIGNED = 64
/** How often to look whether a worker is done before sleeping on it, where sleeping is allowed. */
const SPINS = 10_000
/** A page's main thread must not sleep: there it looks again and again. */
const MAY_SLEEP = typeof document === 'undefined'
/** The longest gap between two looks that counts as a worker's silence, as computers go to sleep, too. */
const GAP_MS = 100

export interface PoolOptions {
  module: WebAssembly.Module
  memory: WebAssembly.Memory
  /** The calling thread's instance of the module. */
  kernels: Record<string, Kernel>
  threads: number
  /** What `kernels` are native of, for the workers (default: none). */
  native?: NativeAddon | null
  /** How a worker is started (default: {@link spawnWorker}). */
  spawn?: typeof spawnWorker
  /** How long a worker may be silent while it has a piece (default 20 s; a piece takes milliseconds). */
  lostAfterMs?: number
}

export class ThreadPool {
  readonly #options: PoolOptions
  readonly #indices: Map<string, number>
  #control: Control
  /** Place n holds thread n + 1, or null where none could be started; thread 0 is the caller. */
  #workers: (SpawnedWorker | null)[] | null = null
  #threads: number

  constructor(options: PoolOptions) {
    this.#options = options
    this.#threads = options.threads
    const names = WebAssembly.Module.exports(options.module).map(({ name }) => name)
    this.#indices = new Map(names.map((name, i) => [name, i]))
    this.#control = this.#newControl()
  }

  /** How many threads may run kernels; each has a number below this. */
  get threads(): number {
    return this.#threads
  }

  /** How many run kernels now: workers count from when they checked in. */
  get alive(): number {
    return 1 + this.#present().length
  }

  /** Runs units 0 … count of a kernel in pieces of at least `grain` units, and returns when all are done. */
  run(kernel: string, count: number, grain: number, args: number[]): void {
    // of empty tensors some counts are 0 / 0
    if (!(count > 0)) return
    const own = this.#options.kernels[kernel]!
    const most = Math.floor(count / grain)
    if (most < 2 || this.#threads === 1) {
      own(...args, 0, count, 0)
      return
    }
    this.#workers ??= this.#start()
    if (this.alive === 1) {
      own(...args, 0, count, 0)
      return
    }
    const pieces = Math.min(most, PIECES_PER_THREAD * this.#threads)
    const even = Math.ceil(count / pieces)
    this.#open(kernel, args, count, even > ALIGNED ? Math.ceil(even / 16) * 16 : even)
    try {
      takePieces(this.#control, own, 0)
    } finally {
      this.#close(kernel)
    }
  }

  /** Ends the workers; jobs go on in the calling thread. */
  dispose(): void {
    this.#goOnWith(1)
  }

  /** A worker that is told to end does so when it likes, so it must know nothing of later jobs. */
  #goOnWith(threads: number): void {
    for (const worker of this.#workers ?? []) worker?.terminate()
    this.#workers = null
    this.#threads = threads
    this.#control = this.#newControl()
  }

  #newControl(): Control {
    // alone, nothing is shared: pages without isolation have no SharedArrayBuffer
    const Bytes = this.#threads > 1 ? SharedArrayBuffer : ArrayBuffer
    return controlOf(new Bytes(CONTROL_BYTES))
  }

  #start(): (SpawnedWorker | null)[] {
    const { module, memory, native = null, spawn = spawnWorker } = this.#options
    const { buffer } = this.#control.words
    return Array.from({ length: this.#threads - 1 }, (_, i) => {
      const control = buffer as SharedArrayBuffer
      const task = { module, memory, native, control, thread: i + 1 }
      return spawn(task, reason => {
        if (buffer === this.#control.words.buffer) this.#lose(i + 1, reason)
      })
    })
  }

  #open(kernel: string, args: number[], units: number, perPiece: number): void {
    const { words, args: slots } = this.#control
    words[KERNEL] = this.#indices.get(kernel)!
    words[UNITS] = units
    words[PER_PIECE] = perPiece
    words[PIECES] = Math.ceil(units / perPiece)
    words[ARGUMENTS] = args.length
    slots.set(args)
    Atomics.store(words, NEXT, 0)
    Atomics.store(words, OPEN, 1)
    Atomics.add(words, JOB, 1)
    if (Atomics.load(words, SLEEPERS) > 0) Atomics.notify(words, JOB)
  }

  /** Nobody comes in any more; waits for those inside. */
  #close(kernel: string): void {
    const { words } = this.#control
    Atomics.store(words, NEXT, words[PIECES]!)
    Atomics.store(words, OPEN, 0)
    for (const thread of this.#present()) this.#await(thread, kernel)
    const failed = Atomics.exchange(words, FAILED, 0)
    if (failed === 0) return
    throw new DlError('kernel-trap', {
      problem: `the kernel ${kernel} failed on thread ${failed - 1}`,
      fix: 'Its results are not to be trusted. Please report the operation and its shapes.',
    })
  }

  #await(thread: number, kernel: string): void {
    const { words } = this.#control
    for (let i = 0; i < SPINS; i++) if (Atomics.load(words, STATE + thread) !== INSIDE) return
    const { lostAfterMs = 20_000 } = this.#options
    let silent = 0
    let last = performance.now()
    while (Atomics.load(words, STATE + thread) === INSIDE) {
      if (MAY_SLEEP) Atomics.wait(words, STATE + thread, INSIDE, 10)
      const now = performance.now()
      silent += Math.min(now - last, GAP_MS)
      last = now
      if (silent < lostAfterMs) continue
      this.#lose(thread, `it was silent for ${lostAfterMs} ms`)
      throw new DlError('worker-lost', {
        problem: `thread ${thread} died while it ran a piece of ${kernel}`,
        fix: 'Results of this step are lost; repeat it. The backend goes on without that thread.',
      })
    }
  }

  /** The workers that checked in. */
  #present(): number[] {
    const { words } = this.#control
    const threads: number[] = []
    this.#workers?.forEach((worker, i) => {
      if (worker !== null && Atomics.load(words, STATE + i + 1) !== ABSENT) threads.push(i + 1)
    })
    return threads
  }

  /** Goes on with one thread less; a worker that never checked in was none. */
  #lose(thread: number, reason: string): void {
    if (Atomics.load(this.#control.words, STATE + thread) === ABSENT) return
    this.#goOnWith(this.#threads - 1)
    console.warn(
      `@dl/backend-wasm: a worker thread ended (${reason}); ${this.#threads} of ${this.#options.threads} threads go on.`,
    )
  }
}
