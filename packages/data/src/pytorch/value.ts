/** What is read out of PyTorch files. */
import type { StoredTensor } from '../safetensors/format'

/**
 * Plain values: a dict is a Map (its keys may be numbers), a list or tuple an array, an integer beyond
 * 2⁵³ a bigint, a tensor or parameter its elements in row-major order.
 */
export type PyTorchValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | PyTorchTensor
  | PyTorchValue[]
  | Map<PyTorchValue, PyTorchValue>

/** A tensor, as {@link decodeSafetensors} gives them, so that both kinds of file are used alike. */
export type PyTorchTensor = StoredTensor
