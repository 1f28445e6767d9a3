/** Archives with members that lead elsewhere, sizes that lie, damage, and far more inside than outside. */
import { crc32, deflateRawSync, gzipSync } from 'node:zlib'
import { DlError } from '@dl/core'
import { encodePng, imagesFromArchive } from '@dl/vision'
import { damaged, pick } from '../mutate'
import type { Trial, TrialContext } from '../trial'

interface Entry {
  name: string
  bytes: Uint8Array
  /** As tar has it: 0 a file, 1 a link, 2 a symbolic link, 3 a device. */
  type?: number
}

const pixel = encodePng({ width: 1, height: 1, channels: 3, data: Uint8Array.of(1, 2, 3) })
const honest: Entry[] = ['train/a/1', 'train/b/2', 'valid/a/3', 'valid/b/4'].map(name => ({
  name: `${name}.png`,
  bytes: pixel,
}))
const OUT = ['../x.png', 'train/../../x.png', '/etc/x.png', 'train/a/../1.png']

const WAYS = ['honest', 'leads out', 'link', 'twice', 'damaged', 'bomb'] as const

export const archives: Trial = {
  name: 'archives',
  claim: 'archives that lead out, link or unpack to far more are refused, damage is no crash',
  short: 60,
  long: 3000,
  async run({ tries, random }: TrialContext) {
    const zeros = new Uint8Array(80 * 2 ** 20)
    const bombs = [gzipSync(zeros), zip([{ name: 'train/a/1.png', bytes: zeros }])]
    const failed: string[] = []
    const counts = new Map<string, number>()
    for (let i = 0; i < tries; i++) {
      // bombs take a while
      const way = i % 20 === 0 ? 'bomb' : pick(random, WAYS.slice(0, -1))
      const isZip = way !== 'link' && random.int(2) === 0
      const odd: Entry[] =
        {
          'leads out': [{ name: pick(random, OUT), bytes: pixel }],
          link: [{ name: 'train/a/9.png', bytes: new Uint8Array(0), type: 1 + random.int(3) }],
          twice: [honest[random.int(4)]!],
        }[way as string] ?? []
      const plain = isZip ? zip([...honest, ...odd]) : tar([...honest, ...odd])
      const packed = !isZip && random.int(2) === 0 ? gzipSync(plain) : plain
      const bytes =
        way === 'bomb' ? pick(random, bombs) : way === 'damaged' ? damaged(packed, random) : packed
      const outcome = await imagesFromArchive(Uint8Array.from(bytes)).then(
        ({ train, validation }) => `read ${train.length + validation.length}`,
        (error: unknown) => (DlError.is(error) ? error.code : `threw ${error}`),
      )
      const isRight =
        way === 'honest'
          ? outcome === 'read 4'
          : way === 'damaged'
            ? !outcome.startsWith('threw')
            : outcome === 'bad-archive'
      if (!isRight) failed.push(`${i} ${way}, ${isZip ? 'zip' : 'tar'}: ${outcome}`)
      counts.set(outcome, (counts.get(outcome) ?? 0) + 1)
    }
    const said = [...counts].map(([outcome, count]) => `${outcome} ${count}`).join(', ')
    return { tried: tries, failed, notes: [`outcomes: ${said}`] }
  },
}

function tar(entries: readonly Entry[]): Uint8Array {
  const blocks = entries.flatMap(({ name, bytes, type = 0 }) => {
    const header = Buffer.alloc(512)
    const octal = (value: number, digits: number) => `${value.toString(8).padStart(digits, '0')}\0`
    header.write(name, 0)
    header.write(`${octal(0o644, 7)}${octal(0, 7)}${octal(0, 7)}`, 100)
    header.write(`${octal(bytes.length, 11)}${octal(0, 11)}${' '.repeat(8)}${type}`, 124)
    if (type > 0) header.write('/etc/passwd', 157)
    header.write('ustar\x0000', 257)
    header.write(
      octal(
        header.reduce((sum, byte) => sum + byte, 0),
        6,
      ),
      148,
    )
    return [header, bytes, Buffer.alloc(-bytes.length & 511)]
  })
  return Buffer.concat([...blocks, Buffer.alloc(1024)])
}

function zip(entries: readonly Entry[]): Uint8Array {
  const files: Uint8Array[] = []
  const directory: Uint8Array[] = []
  let at = 0
  for (const { name, bytes } of entries) {
    const packed = deflateRawSync(bytes)
    // what both headers have: version, flags, method, date, checksum, sizes, lengths of name and extra
    const common = Buffer.alloc(26)
    common.writeUInt16LE(20, 0)
    common.writeUInt16LE(8, 4)
    common.writeUInt32LE(crc32(bytes), 10)
    common.writeUInt32LE(packed.length, 14)
    common.writeUInt32LE(bytes.length, 18)
    common.writeUInt16LE(name.length, 22)
    const local = [Buffer.from('PK\x03\x04'), common, Buffer.from(name), packed]
    const rest = Buffer.alloc(14)
    rest.writeUInt32LE(at, 10)
    directory.push(Buffer.from('PK\x01\x02\x14\0'), common, rest, Buffer.from(name))
    files.push(...local)
    at += local.reduce((sum, part) => sum + part.length, 0)
  }
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06')
  end.writeUInt16LE(entries.length, 8)
  end.writeUInt16LE(entries.length, 10)
  end.writeUInt32LE(Buffer.concat(directory).length, 12)
  end.writeUInt32LE(at, 16)
  return Buffer.concat([...files, ...directory, end])
}
