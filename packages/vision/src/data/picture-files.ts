/** Which files are pictures, and what is said of the others. */
import { DlError, showValue } from '@dl/core'
import { formatOf } from '../decode/format'
import { decoder } from '../decode/index'

const PICTURE = /\.(jpe?g|jpe|jfif|jif|pjpeg|pjp|a?png|webp|avif|bmp|dib|gif|tiff?|p[pgbn]m)$/i

/** What systems leave beside pictures; names with a dot before them are not even listed. */
const LITTER = /^(thumbs\.db|ehthumbs\.db|desktop\.ini|icon\r|__MACOSX|@eaDir)$/i

/** Whether its name says that a file is a picture. */
export const isPictureName = (name: string): boolean => PICTURE.test(name)

/** @param name of a file or a folder, without those it lies in */
export const isLitter = (name: string): boolean => LITTER.test(name)

/** Whether it is one, whatever its name: the decoder of this platform reads what begins so. */
export function isReadable(head: Uint8Array): boolean {
  const format = formatOf(head)
  return format !== null && decoder.formats.includes(format)
}

/**
 * What becomes of files that lie where pictures are expected and are none: one warning on the console
 * (`warn`, the default), nothing (`ignore`), or a function is told their names.
 */
export type OnPassedOver = 'warn' | 'ignore' | ((files: readonly string[]) => void)

/**
 * Tells of them, once.
 *
 * @param place where they are
 * @throws DlError `bad-option`
 */
export function tellOf(
  files: readonly string[],
  place: string,
  onPassedOver: OnPassedOver = 'warn',
): void {
  if (!['warn', 'ignore'].includes(onPassedOver as string) && typeof onPassedOver !== 'function') {
    throw new DlError('bad-option', {
      problem: `onPassedOver is ${showValue(onPassedOver)}`,
      expected: "'warn', 'ignore' or a function of names",
    })
  }
  const [first] = files
  if (first === undefined || onPassedOver === 'ignore') return
  if (typeof onPassedOver === 'function') {
    onPassedOver(files)
    return
  }
  const counts = new Map<string, number>()
  for (const file of files) {
    const ending = /\.[^./\\]+$/.exec(file)?.[0].toLowerCase() ?? 'without an ending'
    counts.set(ending, (counts.get(ending) ?? 0) + 1)
  }
  const kinds = Array.from(counts, ([ending, count]) => `${count} ${ending}`).join(', ')
  console.warn(
    `@dl/vision: passed over ${files.length} ${files.length === 1 ? 'file' : 'files'} in ${place}, no pictures or in no folder of a class (${kinds}); the first is ${first}. onPassedOver: 'ignore' says nothing of them.`,
  )
}
