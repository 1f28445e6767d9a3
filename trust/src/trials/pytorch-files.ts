import { DlError, type Generator } from '@dl/core'
import { decodePyTorch, type PyTorchTensor, type PyTorchValue } from '@dl/data'
import { fuzz } from '../fuzz'
import { damaged, pick, spliced } from '../mutate'
import { type Made, streamFile, withCrc, zipFile } from '../pytorch-file'
import type { Trial } from '../trial'

const CODES = ['bad-pytorch-file', 'unsupported-pytorch-file', 'refused-name'] as const

/** What a pickle may be given in place of something else: opcodes with their arguments. */
const PIECES = [
  ...[
    'cos\nsystem\n',
    'c__builtin__\neval\n',
    'cposix\nsystem\nX\x02\0\0\0ls\x85R',
    'ctorch\nload\n',
  ],
  ...[
    'X\x02\0\0\0osX\x06\0\0\0system\x93',
    'cnumpy.core.multiarray\nscalar\n',
    'ctorch\nQInt8Storage\n',
  ],
  ...[
    'J\xff\xff\xff\x7f',
    'K\0',
    'J\xff\xff\xff\xff',
    '\x8a\xff',
    '\x8b\xff\xff\xff\x7f',
    '\x8d\xff\xff\xff\xff\xff\xff\xff\x7f',
  ],
  ...[
    '(',
    't',
    'R',
    'b',
    'Q',
    '.',
    'N',
    '}',
    ']',
    'a',
    'e',
    'u',
    '0',
    '1',
    'h\0',
    'r\xff\xff\xff\xff',
    '\x81',
    'i',
  ],
]
const latin1 = (text: string) => Uint8Array.from(text, one => one.charCodeAt(0))

/** What has to happen: `true` to load, `false` to be refused, null for either. */
function mutant(random: Generator): { bytes: Uint8Array; loads: boolean | null } {
  const make = pick(random, [zipFile, streamFile])
  const made: Made = make(random)
  const { bytes, pickle, data } = made
  switch (random.int(6)) {
    case 0:
    case 1: {
      // other weights
      for (const [begin, end] of data) {
        for (let i = begin; i < end; i++) bytes[i] = random.int(256)
      }
      return { bytes: withCrc(made, bytes), loads: true }
    }
    case 2:
      return { bytes: damaged(bytes, random), loads: null }
    case 3: {
      const at = pickle[0] + random.int(pickle[1] - pickle[0])
      const piece = latin1(pick(random, PIECES))
      // in place, so that the archive stays whole
      const end = Math.min(at + piece.length, pickle[1])
      const changed = spliced(bytes, at, end - at, piece.subarray(0, end - at))
      return { bytes: withCrc(made, changed), loads: null }
    }
    case 4: {
      const changed = bytes.slice()
      for (let count = 1 + random.int(3); count > 0; count--) {
        const at = pickle[0] + random.int(pickle[1] - pickle[0])
        changed[at] = pick(random, [changed[at]! ^ (1 << random.int(8)), random.int(256)])
      }
      return { bytes: withCrc(made, changed), loads: null }
    }
    default:
      return { bytes: bytes.slice(0, random.int(bytes.length)), loads: false }
  }
}

/** What is wrong with what was read, if anything. */
function misread(bytes: Uint8Array): string | null {
  const tensors = new Set<PyTorchTensor>()
  const seen = new Set<unknown>()
  // a list may hold itself
  const waiting: PyTorchValue[] = [decodePyTorch(bytes)]
  while (waiting.length > 0) {
    const value = waiting.pop()!
    if (typeof value === 'symbol') return 'a mark of the machine came out'
    if (typeof value !== 'object' || value === null || seen.has(value)) continue
    seen.add(value)
    if (value instanceof Map) waiting.push(...value.keys(), ...value.values())
    else if (Array.isArray(value)) for (const one of value) waiting.push(one)
    else tensors.add(value)
  }
  let copied = 0
  for (const { data, shape } of tensors) {
    if (!data) return 'a tensor without elements'
    if (shape.reduce((a, b) => a * b, 1) !== data.length) return `[${shape}] has ${data.length}`
    if (data.buffer !== bytes.buffer) copied += data.byteLength
  }
  const most = 2 ** 24 + 5 * bytes.length
  return copied > most ? `${copied} bytes were made of ${bytes.length}` : null
}

export const pytorchFiles: Trial = {
  name: 'pytorch-files',
  claim: 'a damaged or hostile PyTorch file loads whole or is refused in words',
  short: 4000,
  long: 120_000,
  async run(context) {
    const reasonOf = (error: unknown) => CODES.find(code => DlError.is(error, code))
    return fuzz(this, { mutant, misread, reasonOf, reasons: CODES }, context)
  },
}
