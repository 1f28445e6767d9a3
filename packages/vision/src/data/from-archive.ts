/** Pictures in an archive that is laid out as folders are: `train/cats/1.jpg`. */
import { DlError } from '@dl/core'
import { files } from '@dl/data'
import { type Member, readArchive } from './archive'
import { requireKnownClasses, requireSameClasses } from './classes'
import { type FoldersOptions, isPictureName } from './from-paths'
import type { ImageItem, ImageSet } from './image-set'

/**
 * The pictures of a tar archive, packed by gzip or not, which is read at once and decoded as
 * needed. Its layout is that of `fromPaths`, at any depth; other files are passed over.
 *
 * @param archive its path (in a page its URL), or its bytes
 * @throws DlError `bad-archive`, `one-sided-class`
 */
export async function imagesFromArchive(
  archive: string | Uint8Array,
  options: FoldersOptions = {},
): Promise<ImageSet> {
  const name = typeof archive === 'string' ? archive : 'the archive'
  const bytes = typeof archive === 'string' ? await files.readBytes(archive) : archive
  return imagesOfMembers(await readArchive(bytes, name), name, options)
}

/** @param name what errors call the archive */
export function imagesOfMembers(
  members: readonly Member[],
  name: string,
  { train = 'train', validation = 'valid', test }: FoldersOptions,
): ImageSet {
  const pictures = members
    .filter(member => isPictureName(member.name))
    .map(member => ({ member, path: member.name.split('/') }))
    .sort((a, b) => comparePaths(a.path, b.path))
  const inPart = (part: string) => pictures.filter(({ path }) => path.at(-3) === part)
  const classesOf = (part: string) => [...new Set(inPart(part).map(({ path }) => path.at(-2)!))]
  const requirePictures = (part: string, found: readonly unknown[], expected: string) => {
    if (found.length > 0) return
    throw new DlError('bad-archive', {
      problem: `none of the ${pictures.length} pictures in ${name} is in a folder ${part}`,
      expected,
    })
  }
  const itemsOf = (part: string): ImageItem[] =>
    inPart(part).map(({ member, path }) => ({
      image: member.bytes,
      label: classes.indexOf(path.at(-2)!),
      name: member.name,
    }))
  const testItems = (part: string): ImageItem[] => {
    const labelled = itemsOf(part)
    if (labelled.length > 0) {
      requireKnownClasses(part, classesOf(part), classes)
      return labelled
    }
    const blind = pictures.filter(({ path }) => path.at(-2) === part)
    requirePictures(part, blind, `${part}/<picture> or ${part}/<class>/<picture>`)
    return blind.map(({ member }) => ({ image: member.bytes, name: member.name }))
  }
  // with several folders to train from, those of one are not all before those of another
  const classes = classesOf(train).sort()
  requirePictures(train, classes, `${train}/<class>/<picture>, as in ${train}/cats/1.jpg`)
  requireSameClasses(
    name,
    { part: train, classes },
    { part: validation, classes: classesOf(validation) },
  )
  return {
    classes,
    train: itemsOf(train),
    validation: itemsOf(validation),
    ...(test !== undefined && { test: testItems(test) }),
  }
}

/** As folders are listed: `cats/2.jpg` comes before `cats-2/1.jpg`, although `-` is before `/`. */
function comparePaths(a: readonly string[], b: readonly string[]): number {
  const i = a.findIndex((segment, k) => segment !== b[k])
  if (i < 0) return 0
  return b[i] !== undefined && a[i]! < b[i] ? -1 : 1
}
