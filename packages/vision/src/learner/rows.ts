/** Items of a batch one by one, in memory that JavaScript owns. */
import type { NumberArray, Values } from '@dl/data'
import type { Tensor } from '@tensorflow/tfjs-core'

/** Copies of the rows of a tensor. */
export async function rowsOf(tensor: Tensor): Promise<Values[]> {
  return splitRows((await tensor.data()) as NumberArray, tensor.shape)
}

/** Copies of the parts along the first axis. */
export function splitRows(data: NumberArray, [items, ...shape]: readonly number[]): Values[] {
  const size = data.length / items!
  return Array.from({ length: items! }, (_, i) => ({
    data: data.slice(i * size, (i + 1) * size),
    shape,
  }))
}

/** The bytes of all rows, one behind the other. */
export function joinBytes(rows: readonly ArrayBufferView[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(rows.reduce((total, { byteLength }) => total + byteLength, 0))
  let at = 0
  for (const row of rows) {
    whole.set(bytesOf(row), at)
    at += row.byteLength
  }
  return whole
}

export const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength)
