import type { Generator } from '@dl/core'
import { pick } from './mutate'

/** What texts stumble over: halves of surrogate pairs, marks that join, line ends, special tokens. */
const PIECES = [
  ...['a', 'B', ' ', '\n', '\r', '\r\n', '\t', '\0', "don't", '3.50', '--', '…', '"', "'"],
  ...[
    'é',
    'e\u0301',
    'ß',
    'İ',
    'ı',
    'ﬁ',
    '😀',
    '👩‍👩‍👧',
    '🇩🇪',
    '1️⃣',
    '한글',
    'ﷺ',
    'नि',
    'ไทย',
    '中文',
  ],
  ...['\ud800', '\udc00', '\ufffe', '\uffff', '\ufeff', '\u200b', '\u200d', '\u202e', '\u2028'],
  ...[
    '\u{10ffff}',
    '<unk>',
    '<pad>',
    '<eos>',
    '__proto__',
    'constructor',
    '\\n',
    '\u0085',
    '\u00a0',
  ],
]

/** Up to `most` pieces, of the list or any unit of UTF-16. */
export function strangeText(random: Generator, most: number): string {
  const pieces = Array.from({ length: random.int(most + 1) }, () =>
    random.int(4) === 0 ? String.fromCharCode(random.int(0x10000)) : pick(random, PIECES),
  )
  return pieces.join('')
}
