/** Pictures in an archive that is laid out as folders are: `train/cats/1.jpg`. */
import { DlError } from '@dl/core'
import { files } from '@dl/data'
import { type Member, readArchive } from './archive'
import { requireSameClasses } from './classes'
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
    // in order of names, as folders are
    .sort((a, b) => (a.member.name < b.member.name ? -1 : 1))
  const inPart = (part: string) => pictures.filter(({ path }) => path.at(-3) === part)
  const classesOf = (part: string) => [...new Set(inPart(part).map(({ path }) => path.at(-2)!))]
  const classes = classesOf(train)
  if (classes.length === 0) {
    throw new DlError('bad-archive', {
      problem: `none of the ${pictures.length} pictures in ${name} is in a folder ${train}`,
      expected: `${train}/<class>/<picture>, as in ${train}/cats/1.jpg`,
    })
  }
  requireSameClasses(
    name,
    { part: train, classes },
    { part: validation, classes: classesOf(validation) },
  )
  const itemsOf = (part: string): ImageItem[] =>
    inPart(part).map(({ member, path }) => ({
      image: member.bytes,
      label: classes.indexOf(path.at(-2)!),
      name: member.name,
    }))
  return {
    classes,
    train: itemsOf(train),
    validation: itemsOf(validation),
    ...(test !== undefined && { test: itemsOf(test) }),
  }
}
