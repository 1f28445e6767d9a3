/** What a backend says of itself: one shape for all, for bug reports, tables and checkpoints. */
/** What computes. */
export interface BackendInfo {
  /** tfjs's name of it: `'wasm'`, `'webgl'`, `'webgpu'`, `'node'`, `'cpu'`. */
  backend: string
  /** The processor's or the graphics adapter's name, as far as it is told. */
  device: string
  /** How many threads of the processor run kernels; of a graphics card, 1. */
  threads: number
  /** Which vector instructions WebAssembly uses (null: not WebAssembly). */
  simd: string | null
  /** Which vector instructions native kernels use (null: none run). */
  native: string | null
  /** What numbers are computed in. */
  precision: 'float32' | 'float16'
  /** How many kernels the backend has. */
  kernels: number
  /** Kernels that another backend had to run. */
  fallbacks: string[]
  /** Bytes taken from the system so far (null: not told). */
  bytesHeld: number | null
  /** What does not fit: names and largest values, such as `{ bytes: 4294967296 }`. */
  limits: Record<string, number>
}
