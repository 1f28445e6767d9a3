import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { DlError, type Generator } from '@dl/core'
import { type ImageSet, imagesFromCsv, imagesFromPaths } from '@dl/vision'
import { damaged, pick } from '../mutate'
import { holds } from '../property'
import { type Known, soundFolders, soundTable } from '../sound-sets'
import { strangeText } from '../strange-text'
import type { Trial } from '../trial'

const PICTURES = ['a.png', 'b.png', 'c.png', 'd.png', 'e.png']
const CELLS = [...PICTURES.slice(0, 2), 'c', '../a.png', '', '"', 'cat', ' dog', 'cat dog', '0']
const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)

function tableOfGarbage(random: Generator): Uint8Array {
  if (random.int(3) === 0) return Uint8Array.from({ length: random.int(80) }, () => random.int(256))
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

async function writePictures(folder: string, names: readonly string[]): Promise<void> {
  for (const name of names) {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), PIXEL)
  }
}

/** What is put into a folder, and how it is read. */
interface Case {
  read(): Promise<ImageSet>
  /** All there is to read, where that is known. */
  known?: Known[]
  /** For the report. */
  shown: string
}

/** How far it is from sound; what is whole garbage teaches least, as it is hardly ever read. */
type Damage = 'none' | 'some' | 'garbage'
const DAMAGES: readonly Damage[] = ['none', 'some', 'some', 'some', 'garbage']

async function tableCase(random: Generator, folder: string, damage: Damage): Promise<Case> {
  await writePictures(join(folder, 'pictures'), PICTURES)
  const { text, rows } = soundTable(random, PICTURES)
  const sound = Buffer.from(text)
  const table =
    damage === 'none' ? sound : damage === 'some' ? damaged(sound, random) : tableOfGarbage(random)
  await writeFile(join(folder, 'labels.csv'), table)
  return {
    read: () => imagesFromCsv(folder, 'pictures', 'labels.csv', { onPassedOver: 'ignore' }),
    ...(damage === 'none' && { known: rows }),
    shown: `table ${Buffer.from(table).toString('base64')}`,
  }
}

async function folderCase(random: Generator, folder: string, damage: Damage): Promise<Case> {
  const pictures = join(folder, 'pictures')
  const known = damage === 'garbage' ? [] : soundFolders(random)
  await writePictures(
    pictures,
    known.map(({ image }) => image),
  )
  if (damage !== 'none') await treeAtRandom(random, pictures, random.int(3))
  const drawn = damage !== 'none' && random.int(2) === 0 ? { validFraction: 0.3 } : {}
  return {
    read: () => imagesFromPaths(pictures, { ...drawn, onPassedOver: 'ignore' }),
    ...(damage === 'none' && { known }),
    shown: `folders ${known.map(({ image }) => image).join(', ')}`,
  }
}

/** What is wrong with what was read; null where nothing is. */
function misread({ classes, train, validation }: ImageSet, pictures: string, known?: Known[]) {
  const items = [...train, ...validation]
  const outside = items.find(
    ({ image }) => typeof image === 'string' && !join(image).startsWith(join(pictures, '/')),
  )
  if (outside) return `lists ${outside.image}`
  if (known === undefined) return null
  const line = (image: string, label: string, isHeld: boolean) => `${image} ${label} ${isHeld}`
  const wanted = known.map(({ image, label, isHeld }) => line(join(pictures, image), label, isHeld))
  const got = items.map(({ image, label }, i) =>
    line(join(image as string), classes[label as number]!, i >= train.length),
  )
  const differs = wanted.sort().join('\n') !== got.sort().join('\n')
  return differs ? `reads\n${got.join('\n')}\ninstead of\n${wanted.join('\n')}` : null
}

export const tablesAndFolders: Trial = {
  name: 'tables-and-folders',
  claim: 'garbage in tables and folders is refused with a reason, what is sound is read as it is',
  short: 150,
  long: 6000,
  run: async context => {
    const refused = new Map<string, number>()
    const read = { none: 0, some: 0, garbage: 0 }
    const tried = { none: 0, some: 0, garbage: 0 }
    const outcome = await holds(context, async random => {
      const folder = await mkdtemp(join(context.folder, 'try-'))
      try {
        const damage = pick(random, DAMAGES)
        const make = pick(random, [tableCase, folderCase])
        const { read: load, known, shown } = await make(random, folder, damage)
        tried[damage]++
        try {
          const wrong = misread(await load(), join(folder, 'pictures'), known)
          read[damage]++
          return wrong && `${shown} ${wrong}`
        } catch (error) {
          if (!DlError.is(error)) throw new Error(shown, { cause: error })
          refused.set(error.code, (refused.get(error.code) ?? 0) + 1)
          return known ? `${shown}: ${error.message}` : null
        }
      } finally {
        await rm(folder, { recursive: true, force: true })
      }
    })
    // what is sound does not count: it is no mutant
    const mutants = tried.some + tried.garbage
    const readMutants = read.some + read.garbage
    if (readMutants < mutants / 10) {
      outcome.failed.push(`only ${readMutants} of ${mutants} mutants were read`)
    }
    const counts = [...refused].toSorted(([, a], [, b]) => b - a)
    return {
      ...outcome,
      notes: [
        `read: sound ${read.none} of ${tried.none}, damaged ${read.some} of ${tried.some}, garbage ${read.garbage} of ${tried.garbage}`,
        `refused: ${counts.map(([code, n]) => `${code} ${n}`).join(', ')}`,
      ],
    }
  },
}
