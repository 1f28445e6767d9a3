/**
 * Zip archives as PyTorch writes them: entries are stored as they are, so that nothing is unpacked and
 * no small file can become a large one. Sizes may be those of zip64.
 *
 * https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
 */
import { crc32, crcTable } from './crc32'
import { Cursor, utf8 } from './cursor'
import { corrupt, unsupported } from './errors'

/** Signature, and a comment of up to 64 KiB behind it. */
const END = 0x06054b50
const END_LENGTH = 22
const END64_LOCATOR = 0x07064b50
const END64 = 0x06064b50
const CENTRAL = 0x02014b50
const LOCAL = 0x04034b50
/** Zip64 has the number in its extra field. */
const ELSEWHERE = 0xffffffff
const ZIP64_FIELD = 1
const ENCRYPTED = 1

/** Finds an entry's bytes, which are part of the archive's; undefined for none of this name. */
export type Archive = ReadonlyMap<string, () => Uint8Array>

/** The entries by name. Their checksums are compared when they are read. */
export function openZip(bytes: Uint8Array): Archive {
  const { count, offset } = directory(bytes)
  const cursor = new Cursor(bytes)
  cursor.at = within(bytes, offset)
  const table = crcTable()
  const entries = new Map<string, () => Uint8Array>()
  for (let i = 0; i < count; i++) {
    if (cursor.u32() !== CENTRAL) throw corrupt(`entry ${i} of its directory is damaged`)
    cursor.skip(4)
    const flags = cursor.u16()
    const method = cursor.u16()
    cursor.skip(4)
    const crc = cursor.u32()
    const sizes = { packed: cursor.u32(), size: cursor.u32(), begin: 0 }
    const [nameLength, extraLength, commentLength] = [cursor.u16(), cursor.u16(), cursor.u16()]
    cursor.skip(8)
    sizes.begin = cursor.u32()
    const name = utf8(cursor.take(nameLength))
    readZip64(cursor.take(extraLength), sizes)
    cursor.skip(commentLength)
    if (entries.has(name)) throw corrupt(`it has two entries ${JSON.stringify(name)}`)
    entries.set(name, () => {
      if (method !== 0 || (flags & ENCRYPTED) !== 0 || sizes.packed !== sizes.size) {
        const how = flags & ENCRYPTED ? 'encrypted' : `compressed (method ${method})`
        throw unsupported(
          `its entry ${name} is ${how}`,
          'entries that are stored, as torch.save writes them',
          'Load it in Python and save it again by torch.save.',
        )
      }
      const data = entryOf(bytes, sizes)
      if (crc32(table, data) !== crc) throw corrupt(`the checksum of its entry ${name} is wrong`)
      return data
    })
  }
  return entries
}

function directory(bytes: Uint8Array): { count: number; offset: number } {
  const at = endOf(bytes)
  const cursor = new Cursor(bytes)
  cursor.at = at + 10
  const count = cursor.u16()
  cursor.skip(4)
  const offset = cursor.u32()
  const locator = at - 20
  if (locator < 0) return { count, offset }
  cursor.at = locator
  if (cursor.u32() !== END64_LOCATOR) return { count, offset }
  cursor.skip(4)
  cursor.at = within(bytes, cursor.u64())
  if (cursor.u32() !== END64) throw corrupt('the end of its directory is damaged')
  cursor.skip(28)
  const wide = { count: cursor.u64(), offset: 0 }
  cursor.skip(8)
  wide.offset = cursor.u64()
  return wide
}

/** Where the last record begins, the only one that is found without another. */
function endOf(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const last = bytes.length - END_LENGTH
  for (let at = last; at >= Math.max(0, last - 0xffff); at--) {
    if (view.getUint32(at, true) === END) return at
  }
  throw corrupt('it is a zip archive without its end')
}

function readZip64(
  extra: Uint8Array,
  sizes: { packed: number; size: number; begin: number },
): void {
  const cursor = new Cursor(extra)
  // some writers pad with less than a field
  while (cursor.left >= 4) {
    const id = cursor.u16()
    const field = new Cursor(cursor.take(cursor.u16()))
    if (id !== ZIP64_FIELD) continue
    for (const name of ['size', 'packed', 'begin'] as const) {
      if (sizes[name] === ELSEWHERE) sizes[name] = field.u64()
    }
  }
}

function entryOf(bytes: Uint8Array, { size, begin }: { size: number; begin: number }): Uint8Array {
  const cursor = new Cursor(bytes)
  cursor.at = within(bytes, begin)
  if (cursor.u32() !== LOCAL) throw corrupt('an entry does not begin where its directory says')
  cursor.skip(22)
  const [nameLength, extraLength] = [cursor.u16(), cursor.u16()]
  cursor.skip(nameLength + extraLength)
  return cursor.take(size)
}

function within(bytes: Uint8Array, offset: number): number {
  if (offset > bytes.length) throw corrupt(`it points to byte ${offset} of its ${bytes.length}`)
  return offset
}
