/** Pictures in an archive that is laid out as folders are: `train/cats/1.jpg`. */
import { checkOptions, DlError, showValue } from '@dl/core'
import { files } from '@dl/data'
import { type Member, readArchive } from './archive'
import { type ByClass, labelled, setByClass } from './by-class'
import { requireReadable } from './check-pictures'
import { requireKnownClasses } from './classes'
import { cutAlready, type FoldersOptions, foldersOptions, requireNoValidation } from './from-paths'
import type { ImageItem, ImageSet } from './image-set'
import { requireNames } from './names'
import { isLitter, isPictureName, isReadable, tellOf } from './picture-files'

/**
 * The pictures of a tar archive, packed by gzip or not, or a zip archive, which is read at once and
 * decoded as needed. Its layout is that of `fromPaths`, at any depth.
 *
 * @param archive its path (in a page its URL), or its bytes
 * @throws DlError `bad-archive`, and those of {@link imagesFromPaths}
 */
export async function imagesFromArchive(
  archive: string | Uint8Array,
  options: FoldersOptions = {},
): Promise<ImageSet> {
  checkOptions('imagesFromArchive', options, foldersOptions)
  return imagesOfArchive(archive, options)
}

export async function imagesOfArchive(
  archive: string | Uint8Array,
  options: FoldersOptions,
): Promise<ImageSet> {
  if (typeof archive !== 'string' && !(archive instanceof Uint8Array)) {
    throw new DlError('bad-option', {
      problem: `the archive is ${showValue(archive)}`,
      expected: 'a path, or its bytes as a Uint8Array',
    })
  }
  const { train, validation, test } = options
  requireNames({ train, validation, test })
  const name = typeof archive === 'string' ? archive : 'the archive'
  const bytes = typeof archive === 'string' ? await files.readBytes(archive) : archive
  return imagesOfMembers(await readArchive(bytes, name), name, options)
}

interface Placed {
  image: Uint8Array
  name: string
  path: readonly string[]
}

/** @param name what errors call the archive */
export async function imagesOfMembers(
  members: readonly Member[],
  name: string,
  options: FoldersOptions,
): Promise<ImageSet> {
  const all = members
    .map(({ name, bytes }): Placed => ({ name, image: bytes, path: name.split('/') }))
    .filter(({ path }) => !isLitter(path.at(-1)!))
    .sort((a, b) => comparePaths(a.path, b.path))
  const pictures = all.filter(({ name, image }) => isPictureName(name) || isReadable(image))
  const parts = partsOf(pictures, name, options)
  const { train, validation, test: testPart } = parts
  const named = Object.values(parts).filter(part => part !== null)
  const inPart = (part: string) =>
    byClass(pictures, path => {
      const at = partAt(path, named)
      return path[at] === part ? path[at + 1] : undefined
    })
  const learnt = train === null ? belowRoot(pictures, named) : inPart(train)
  if (learnt.size === 0) {
    const layout = `${train === null ? '' : `${train}/`}<class>/<picture>`
    const where = `in a folder ${train ?? 'of a class'}`
    throw misplaced(
      name,
      pictures,
      where,
      `${layout}, as in ${layout.replace('<class>/<picture>', 'cats/1.jpg')}`,
    )
  }
  const set = setByClass(
    name,
    { name: train ?? 'it', pictures: learnt },
    validation === null ? null : { name: validation, pictures: inPart(validation) },
    options,
  )
  const testItems = (part: string): ImageItem[] => {
    const found = inPart(part)
    requireKnownClasses(part, [...found.keys()], set.classes)
    if (found.size > 0) return labelled(found, set.classes)
    const blind = pictures.filter(({ path }) => path.at(-2) === part)
    if (blind.length > 0) return blind.map(itemOf)
    const layout = `${part}/<picture> or ${part}/<class>/<picture>`
    throw misplaced(name, pictures, `in a folder ${part}`, layout)
  }
  const test = testPart === null ? undefined : testItems(testPart)
  const taken = [...set.train, ...set.validation, ...(test ?? [])]
  await requireReadable(taken, options)
  const names = new Set(taken.map(item => item.name))
  const isExpected = ({ path }: Placed) => train === null || path.some(part => named.includes(part))
  const others = all.filter(one => isExpected(one) && !names.has(one.name))
  tellOf(
    others.map(other => other.name),
    name,
    options.onPassedOver,
  )
  return { ...set, ...(test && { test }) }
}

/** A training part of null is the whole archive, a validation of null is to be drawn from it. */
function partsOf(
  pictures: readonly Placed[],
  name: string,
  { train, validation, test: given, validFraction }: FoldersOptions,
): Record<'train' | 'validation' | 'test', string | null> {
  const test = given ?? null
  if (validFraction === undefined) {
    return { train: train ?? 'train', validation: validation ?? 'valid', test }
  }
  requireNoValidation(validation)
  if (train !== undefined) return { train, validation: null, test }
  const has = (part: string) => pictures.some(({ path }) => partAt(path, [part]) >= 0)
  if (has('train') && has('valid')) throw cutAlready(name)
  return { train: has('train') ? 'train' : null, validation: null, test }
}

/** Which segment is a part's: the last that has a class below. Classes may be called as parts are. */
const partAt = (path: readonly string[], parts: readonly string[]): number =>
  path.slice(0, -2).findLastIndex(segment => parts.includes(segment))

/** Those of no part, by the first folders that are not common to all. */
function belowRoot(pictures: readonly Placed[], parts: readonly string[]): ByClass {
  const own = pictures.filter(({ path }) => !path.slice(0, -1).some(part => parts.includes(part)))
  const [first] = own
  if (first === undefined) return new Map()
  const folders = first.path.slice(0, -1)
  const apart = folders.findIndex((segment, i) =>
    own.some(({ path }) => i > path.length - 2 || path[i] !== segment),
  )
  const deepest = Math.max(...own.map(({ path }) => path.length - 2))
  const root = Math.min(apart < 0 ? folders.length : apart, deepest)
  return byClass(own, path => (path.length > root + 1 ? path[root] : undefined))
}

function byClass(
  pictures: readonly Placed[],
  classOf: (path: readonly string[]) => string | undefined,
): ByClass {
  const found = new Map<string, ImageItem[]>()
  for (const picture of pictures) {
    const name = classOf(picture.path)
    if (name === undefined) continue
    const others = found.get(name)
    if (others) others.push(itemOf(picture))
    else found.set(name, [itemOf(picture)])
  }
  return found
}

const itemOf = ({ image, name }: Placed): ImageItem => ({ image, name })

const misplaced = (name: string, pictures: readonly Placed[], where: string, expected: string) =>
  new DlError('bad-archive', {
    problem: `none of the ${pictures.length} pictures in ${name} is ${where}`,
    expected,
  })

/** As folders are listed: `cats/2.jpg` comes before `cats-2/1.jpg`, although `-` is before `/`. */
function comparePaths(a: readonly string[], b: readonly string[]): number {
  const i = a.findIndex((segment, k) => segment !== b[k])
  if (i < 0) return 0
  return b[i] !== undefined && a[i]! < b[i] ? -1 : 1
}
