/** Tables and folders of pictures as people have them, with what is to be read from them. */
import type { Generator } from '@dl/core'
import { pick } from './mutate'

/** Labels that are one label whichever way they are read. */
const LABELS = ['cat', 'dog', 'Zürich', "it's", '0', 'null', 'true', '__proto__', 'constructor']

/** A picture with its label and its part. */
export interface Known {
  /** Below the folder of all of them. */
  image: string
  label: string
  isHeld: boolean
}

/** Each label at least once among those to learn from. */
function known(random: Generator, images: readonly string[]): Known[] {
  const labels = Array.from({ length: 1 + random.int(3) }, () => pick(random, LABELS))
  const seen = new Set<string>()
  return images.map(image => {
    const label = pick(random, labels)
    const isHeld = seen.has(label) && random.int(2) === 0
    seen.add(label)
    return { image, label, isHeld }
  })
}

/** A table of some of the pictures, as a spreadsheet, pandas or a person writes it. */
export function soundTable(
  random: Generator,
  pictures: readonly string[],
): { text: string; rows: Known[] } {
  const order = [...random.permutation(pictures.length)].slice(0, 1 + random.int(pictures.length))
  const rows = known(
    random,
    order.map(i => pictures[i]!),
  )
  const cells = [
    ['image', 'label', 'is_valid'],
    ...rows.map(({ image, label, isHeld }) => [
      image,
      label,
      pick(random, isHeld ? ['True', 'true', '1', '1.0'] : ['False', 'false', '0', '0.0']),
    ]),
  ]
  const delimiter = pick(random, [',', ';', '\t'])
  const space = pick(random, ['', '', ' '])
  const quoted = (cell: string) => (random.int(3) === 0 ? `"${cell}"` : cell)
  const lineEnd = pick(random, ['\n', '\r\n', '\r'])
  const lines = cells.map(row => row.map(quoted).join(delimiter + space))
  const end = pick(random, ['', lineEnd, lineEnd + lineEnd])
  return { text: pick(random, ['', '\ufeff']) + lines.join(lineEnd) + end, rows }
}

/** Files in folders of classes, below `train` and `valid`. */
export function soundFolders(random: Generator): Known[] {
  const names = Array.from({ length: 4 + random.int(5) }, (_, i) => `${i}.png`)
  const files = known(random, names)
  // a class has a folder in both parts
  for (const label of new Set(files.map(file => file.label))) {
    files.push({ image: 'last.png', label, isHeld: true })
  }
  return files.map(({ image, label, isHeld }) => {
    const deeper = pick(random, ['', '', 'more/'])
    return { image: `${isHeld ? 'valid' : 'train'}/${label}/${deeper}${image}`, label, isHeld }
  })
}
