import type { Graph } from '../graph'
import type { TracedCall } from '../trace'

/** Adds to a graph what a kernel of tfjs or of `@dl/core` computes. */
export type Emitter = (call: TracedCall, graph: Graph) => void

/** Where the axes of [N, H, W, C] are in [N, C, H, W]. */
export const MAP_AXIS = [0, 2, 3, 1] as const
