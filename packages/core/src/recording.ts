import type { Tensor } from '@tensorflow/tfjs-core'
import type { Buffer } from './buffer'

/** What one `valueAndGrads` holds while its function runs: the writes to buffers, not yet made. */
export interface Recording {
  writes: Map<Buffer, Tensor>
}
