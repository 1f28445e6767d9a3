/** What one row of the kernels is: a task for ours, and who else does it or is its measure. */
import type { Task } from '../harness/protocol'

export type PeerName = 'torch' | 'tfjs-wasm' | 'tfjs-cpu' | 'jax-js'

export interface Case {
  name: string
  task: Task
  flops?: number
  bytes?: number
  peers: readonly PeerName[]
  /** Tasks for ours that this one is held against, with their own operations. */
  measures?: Record<string, { task: Task; flops: number }>
}
