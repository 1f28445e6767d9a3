/**
 * What threads share besides the memory: one job at a time, cut into pieces that whoever is free
 * takes. The caller opens a job, works along, closes it and waits until nobody is inside. A worker
 * goes inside before it looks whether a job is open, so it never reads a job that is being written.
 */

/** Places of the control words. */
export const JOB = 0 // number of jobs opened so far: what workers wait for
export const OPEN = 1 // whether pieces may be taken
export const NEXT = 2 // the next piece to take
export const PIECES = 3
export const UNITS = 4 // units of work in the job
export const PER_PIECE = 5
export const KERNEL = 6 // index of the kernel among the module's exports
export const ARGUMENTS = 7 // how many arguments precede the range
export const SLEEPERS = 8 // workers that want to be notified
export const FAILED = 9 // 1 + the number of the thread whose kernel threw
/** From here on one word for each thread: where it is. */
export const STATE = 16

/** A worker's state, in the order of its life. */
export const ABSENT = 0
export const IDLE = 1
export const INSIDE = 2

export const MAX_THREADS = 64
const MAX_ARGUMENTS = 30

export type Kernel = (...args: number[]) => number

export interface Control {
  words: Int32Array<ArrayBufferLike>
  args: Float64Array<ArrayBufferLike>
}

const WORD_BYTES = (STATE + MAX_THREADS) * 4

export const CONTROL_BYTES = WORD_BYTES + MAX_ARGUMENTS * 8

export function controlOf(buffer: ArrayBufferLike): Control {
  return {
    words: new Int32Array(buffer, 0, STATE + MAX_THREADS),
    args: new Float64Array(buffer, WORD_BYTES, MAX_ARGUMENTS),
  }
}

/** Takes pieces of the open job until none is left. */
export function takePieces({ words, args }: Control, kernel: Kernel, thread: number): void {
  const [pieces, units, perPiece] = [words[PIECES]!, words[UNITS]!, words[PER_PIECE]!]
  const own = Array.from(args.subarray(0, words[ARGUMENTS]!))
  for (;;) {
    const piece = Atomics.add(words, NEXT, 1)
    if (piece >= pieces) return
    kernel(...own, piece * perPiece, Math.min(units, (piece + 1) * perPiece), thread)
  }
}
