/** The files of MNIST: a type, the sizes, the numbers. */
import { DlError } from '@dl/core'
import { fileKind } from '@dl/data'
import { gunzip } from '../data/gunzip'

export interface Idx {
  shape: readonly number[]
  data: Uint8Array
}

const BYTES = 0x08

/**
 * @param name what errors call the file
 * @throws DlError `bad-dataset` for another format, another type than bytes, a wrong length
 */
export async function readIdx(packed: Uint8Array, name: string): Promise<Idx> {
  const bytes = await gunzip(packed, name)
  const [zero, alsoZero, type, rank] = bytes
  if (zero !== 0 || alsoZero !== 0 || type !== BYTES || !rank || bytes.length < 4 + 4 * rank) {
    const found = fileKind(bytes)
    const start = `begins with the bytes ${bytes.slice(0, 4).join(' ') || 'of nothing'}`
    throw new DlError('bad-dataset', {
      problem: `${name} ${found ? `is ${found.name}` : start}`,
      expected: `an IDX file of bytes: 0 0 ${BYTES} and the number of its sizes`,
      fix: found?.fix,
    })
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const shape = Array.from({ length: rank }, (_, i) => view.getUint32(4 + 4 * i))
  const data = bytes.subarray(4 + 4 * rank)
  const size = shape.reduce((a, b) => a * b, 1)
  if (data.length === size) return { shape, data }
  throw new DlError('bad-dataset', {
    problem: `${name} has ${data.length} bytes for ${shape.join(' x ')}`,
    expected: `${size}`,
  })
}
