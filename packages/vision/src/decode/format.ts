/** What kind of picture a file is, by its first bytes: names promise much. */

export type PictureFormat = 'jpeg' | 'png' | 'webp' | 'avif' | 'bmp' | 'gif' | 'tiff' | 'pnm'

/** So many bytes of a file are enough. */
export const HEAD_BYTES = 64

/** null for what is none of these. */
export function formatOf(head: Uint8Array): PictureFormat | null {
  const text = (from: number, to: number) => String.fromCharCode(...head.subarray(from, to))
  const start = text(0, 4)
  if (start.startsWith('\xff\xd8\xff')) return 'jpeg'
  if (text(0, 8) === '\x89PNG\r\n\x1a\n') return 'png'
  if (start === 'RIFF' && text(8, 12) === 'WEBP') return 'webp'
  if (text(4, 8) === 'ftyp' && /avi[fs]/.test(text(8, HEAD_BYTES))) return 'avif'
  // and its header's length: a text may begin with BM, too
  if (start.startsWith('BM') && text(15, 18) === '\0\0\0') return 'bmp'
  if (start === 'GIF8') return 'gif'
  if (['II*\0', 'MM\0*', 'II+\0', 'MM\0+'].includes(start)) return 'tiff'
  if (/^P[1-7]\s[\d#\sW]/.test(start)) return 'pnm'
  return null
}
