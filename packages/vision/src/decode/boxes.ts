/** The boxes that AVIF files are made of (ISO/IEC 14496-12, 4.2). */

export interface Box {
  readonly type: string
  /** Where its content begins and ends. */
  readonly from: number
  readonly to: number
}

/** Those in `within`, in order; one that leads out of it ends there. */
export function boxesIn(bytes: Uint8Array, { from, to }: Pick<Box, 'from' | 'to'>): Box[] {
  const view = viewOf(bytes)
  const found: Box[] = []
  const end = Math.min(to, bytes.length)
  for (let at = from; at + 8 <= end; ) {
    let [size, header] = [view.getUint32(at), 8]
    if (size === 1 && at + 16 <= end) [size, header] = [Number(view.getBigUint64(at + 8)), 16]
    else if (size === 0) size = end - at
    if (size < header) break
    found.push({ type: typeAt(bytes, at + 4), from: at + header, to: Math.min(at + size, end) })
    at += size
  }
  return found
}

/** `meta`, which has a version before its boxes. */
export const metaOf = (bytes: Uint8Array): Box[] =>
  boxesIn(bytes, { from: 0, to: bytes.length })
    .filter(({ type }) => type === 'meta')
    .flatMap(({ from, to }) => boxesIn(bytes, { from: from + 4, to }))

/** What is said of the pictures of a file: their sizes, turns, depths. */
export const propertiesOf = (bytes: Uint8Array): Box[] =>
  ['iprp', 'ipco'].reduce(
    (boxes, name) => boxes.filter(({ type }) => type === name).flatMap(box => boxesIn(bytes, box)),
    metaOf(bytes),
  )

export const viewOf = ({ buffer, byteOffset, byteLength }: Uint8Array): DataView =>
  new DataView(buffer, byteOffset, byteLength)

export const typeAt = (bytes: Uint8Array, at: number): string =>
  String.fromCharCode(...bytes.subarray(at, at + 4))
