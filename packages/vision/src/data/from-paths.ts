/** Pictures in folders named by their classes: `train/cats/1.jpg`. */
import { DlError } from '@dl/core'
import { files } from '@dl/data'
import { requireKnownClasses, requireSameClasses } from './classes'
import type { ImageItem, ImageSet } from './image-set'

export interface FoldersOptions {
  /** The folder to learn from (default `train`). */
  train?: string
  /** The folder to judge by (default `valid`). */
  validation?: string
  /** A folder of pictures, or of classes of them where labels are known. */
  test?: string
}

const PICTURE = /\.(jpe?g|png|webp|avif|bmp|gif|tiff?)$/i

/** Whether a file of this name is a picture; others beside pictures are passed over. */
export const isPictureName = (name: string): boolean => PICTURE.test(name)

/**
 * @throws DlError `not-found`, `empty-folder`, `one-sided-class` for a class of one part only
 */
export async function imagesFromPaths(
  path: string,
  { train = 'train', validation = 'valid', test }: FoldersOptions,
): Promise<ImageSet> {
  const classes = await classesIn(path, train)
  const others = await classesIn(path, validation)
  requireSameClasses(path, { part: train, classes }, { part: validation, classes: others })
  return {
    classes,
    train: await labelled(files.join(path, train), classes),
    validation: await labelled(files.join(path, validation), classes),
    ...(test !== undefined && { test: await testItems(path, test, classes) }),
  }
}

/** Its folders: at least one. */
async function classesIn(path: string, part: string): Promise<string[]> {
  const folder = files.join(path, part)
  const present = await files.folders(path)
  // the part may lie deeper, as in `a/train`
  if (!present.includes(part) && !(await files.exists(folder))) {
    throw new DlError('not-found', {
      problem: `${path} has no folder ${part}`,
      expected: `one of its folders: ${present.join(', ') || 'there are none'}`,
      fix: "Name it: train: 'training', validation: 'test'.",
    })
  }
  const classes = await files.folders(folder)
  if (classes.length > 0) return classes
  throw new DlError('empty-folder', {
    problem: `${folder} holds no folders`,
    expected: 'one for each class, with its pictures',
  })
}

async function labelled(folder: string, classes: readonly string[]): Promise<ImageItem[]> {
  const items: ImageItem[] = []
  for (const [label, name] of classes.entries()) {
    for (const image of await picturesIn(files.join(folder, name))) items.push({ image, label })
  }
  return items
}

export async function picturesIn(folder: string): Promise<string[]> {
  const found = await files.list(folder)
  const pictures = found.filter(isPictureName)
  if (pictures.length > 0) return pictures
  throw new DlError('empty-folder', {
    problem: `the folder ${folder} holds ${found.length} files and no picture among them`,
    expected: 'names that end in .jpg, .png, .webp, .avif, .bmp, .gif or .tif',
  })
}

export async function testItems(
  path: string,
  test: string,
  classes: readonly string[],
): Promise<ImageItem[]> {
  const folder = files.join(path, test)
  const folders = await files.folders(folder)
  if (folders.length === 0) return (await picturesIn(folder)).map(image => ({ image }))
  requireKnownClasses(test, folders, classes)
  const items = await labelled(folder, folders)
  return items.map(item => ({ ...item, label: classes.indexOf(folders[item.label as number]!) }))
}
