/** A look at the first bytes of every picture before training, so that none ends it in mid-epoch. */
import { fileKind, files } from '@dl/data'
import { formatOf, HEAD_BYTES, type PictureFormat } from '../decode/format'
import { decoder } from '../decode/index'
import { badImage } from '../decode/types'
import { type ImageItem, nameOf } from './image-set'
import type { OnBadImage } from './image-store'

/** Files open at once. */
const AT_ONCE = 32

/**
 * Pictures of files and of memory; pixels are fine, and so is what lies behind a URL until it is
 * asked for.
 *
 * @throws DlError `bad-image` for what is empty or nothing that this platform decodes, unless such
 *   pictures are to be skipped; `no-decoder`
 */
export async function requireReadable(
  items: readonly ImageItem[],
  { onBadImage = 'throw' }: { onBadImage?: OnBadImage },
): Promise<void> {
  if (onBadImage !== 'throw') return
  const heads = await headsOf(items)
  const bad: { name: string; head: Uint8Array }[] = []
  const formats = new Set<PictureFormat>()
  for (const [i, head] of heads.entries()) {
    if (head === null) continue
    const format = formatOf(head)
    if (format !== null && decoder.formats.includes(format)) formats.add(format)
    else bad.push({ name: nameOf(items[i]!, `picture ${i}`), head })
  }
  const [first] = bad
  if (first !== undefined) {
    const more = bad.length > 1 ? ` (and so on for ${bad.length - 1} more of ${items.length})` : ''
    throw refusal(first.name, first.head, more)
  }
  await decoder.prepare(formats)
}

async function headsOf(items: readonly ImageItem[]): Promise<(Uint8Array | null)[]> {
  const heads: (Uint8Array | null)[] = []
  let next = 0
  async function run() {
    while (next < items.length) {
      const i = next++
      heads[i] = await headOf(items[i]!)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, run))
  return heads
}

async function headOf({ image }: ImageItem): Promise<Uint8Array | null> {
  if (image instanceof Uint8Array) return image.subarray(0, HEAD_BYTES)
  const isFile = typeof image === 'string' && files.cacheFolder() !== null
  return isFile ? files.readBytes(image, HEAD_BYTES) : null
}

function refusal(name: string, head: Uint8Array, more: string) {
  const format = formatOf(head)
  const found = fileKind(head)
  const known = decoder.formats.join(', ')
  if (head.length === 0) return badImage(name, `has no bytes${more}`)
  if (found !== null) return badImage(name, `is ${found.name}${more}`, { fix: found.fix })
  return badImage(
    name,
    format === null
      ? `does not begin as pictures do${more}`
      : `is a picture of the format ${format}, which is not read here${more}`,
    { fix: `Replace it, or convert it to one of ${known}` },
  )
}
