/** Bytes as elements. */
import { arrayTypes, type SafetensorsArray, type SafetensorsDtype, widthOf } from './format'

/** The elements, in place where their address allows it. */
export function viewOf(dtype: SafetensorsDtype, bytes: Uint8Array): SafetensorsArray {
  const width = widthOf(dtype)
  // a new array and no slice(): that of a Buffer, which Node reads files into, copies nothing
  const aligned = bytes.byteOffset % width === 0 ? bytes : new Uint8Array(bytes)
  return new arrayTypes[dtype](
    aligned.buffer as ArrayBuffer,
    aligned.byteOffset,
    aligned.length / width,
  )
}
