import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DlError, type Generator } from '@dl/core'
import { imagesFromCsv, imagesFromPaths } from '@dl/vision'
import { damaged, pick } from '../mutate'
import { holds } from '../property'
import { strangeText } from '../strange-text'
import type { Trial } from '../trial'

const TABLE = 'image,label\na.png,cat\nb.png,dog\nc.png,cat\nd.png,"dog"\ne.png,cat dog\n'
const CELLS = [
  'a.png',
  'b.png',
  'c',
  '../a.png',
  '',
  '"',
  'cat',
  'dog',
  ' cat',
  'cat dog',
  '0',
  'null',
]
const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)

function tableAtRandom(random: Generator): Uint8Array {
  const kind = random.int(3)
  if (kind === 0) return damaged(Buffer.from(TABLE), random)
  if (kind === 1) return Uint8Array.from({ length: random.int(80) }, () => random.int(256))
  const separator = pick(random, [',', ';', '\t', '|'])
  const rows = Array.from({ length: random.int(8) }, () =>
    Array.from({ length: random.int(5) }, () =>
      random.int(4) === 0 ? strangeText(random, 4) : pick(random, CELLS),
    ).join(separator),
  )
  return Buffer.from(rows.join(pick(random, ['\n', '\r\n', '\r'])))
}

/** A folder's or file's name that a system allows. */
const nameAtRandom = (random: Generator): string => {
  const odd = strangeText(random, 3)
    .replaceAll(/[/\\\0]/g, '')
    .slice(0, 20)
  const name = pick(random, ['train', 'valid', 'test', 'cat', 'dog', '.hidden', '__MACOSX', odd])
  return name === '' || name === '.' || name === '..' ? 'x' : name
}

async function treeAtRandom(random: Generator, folder: string, depth: number): Promise<void> {
  await mkdir(folder, { recursive: true })
  for (let i = random.int(4); i > 0; i--) {
    const path = join(folder, nameAtRandom(random))
    if (depth > 0 && random.int(3) > 0) await treeAtRandom(random, path, depth - 1).catch(() => {})
    else {
      const name = path + pick(random, ['', '.png', '.jpg', '.PNG', '.txt'])
      const content = pick(random, [PIXEL, damaged(PIXEL, random), new Uint8Array(0)])
      await writeFile(name, content).catch(() => {})
    }
  }
}

export const tablesAndFolders: Trial = {
  name: 'tables-and-folders',
  claim: 'garbage in tables and folders is refused with a reason, and no picture outside is listed',
  short: 150,
  long: 6000,
  run: async context => {
    const codes = new Map<string, number>()
    const outcome = await holds(context, async random => {
      const folder = await mkdtemp(join(context.folder, 'try-'))
      try {
        const byTable = random.int(2) === 0
        await treeAtRandom(random, join(folder, 'pictures'), 2)
        for (const name of ['a.png', 'b.png', 'c.png', 'd.png', 'e.png']) {
          await writeFile(join(folder, 'pictures', name), PIXEL).catch(() => {})
        }
        const table = tableAtRandom(random)
        await writeFile(join(folder, 'labels.csv'), table)
        const read = byTable
          ? () =>
              imagesFromCsv(folder, 'pictures', 'labels.csv', { onPassedOver: () => {} } as never)
          : () =>
              imagesFromPaths(join(folder, 'pictures'), {
                ...(random.int(2) === 0 && { validFraction: 0.3 }),
                onPassedOver: () => {},
              } as never)
        try {
          const set = await read()
          codes.set('read', (codes.get('read') ?? 0) + 1)
          const outside = [...set.train, ...set.validation].find(({ image }) => {
            return typeof image === 'string' && !join(image).startsWith(join(folder, 'pictures'))
          })
          return outside
            ? `${JSON.stringify(Buffer.from(table).toString())} lists ${outside.image}`
            : null
        } catch (error) {
          if (!DlError.is(error))
            throw new Error(Buffer.from(table).toString('base64'), { cause: error })
          codes.set(error.code, (codes.get(error.code) ?? 0) + 1)
          return null
        }
      } finally {
        await rm(folder, { recursive: true, force: true })
      }
    })
    return { ...outcome, notes: [[...codes].map(([code, n]) => `${code} ${n}`).join(', ')] }
  },
}
