/** What gradient functions may look up while the tape is recorded or walked by `valueAndGrads`. */
import type { Tensor } from '@tensorflow/tfjs-core'

export const walkState: {
  /** Whether the tape being recorded will be walked by us, and not by tfjs. */
  recording: boolean
  /** The inputs of the node being walked: disposed perhaps, but their shapes can be read. */
  inputs: Readonly<Record<string, Tensor>> | null
} = { recording: false, inputs: null }

/**
 * Stands for the gradient of an output that nothing used, in gradients of our own kernels: they
 * leave the term out, where tfjs would upload a tensor of zeros.
 */
export const ABSENT = Object.freeze({ absent: true }) as unknown as Tensor
