/** Pictures in folders named by their classes: `train/cats/1.jpg`. */
import { checkOptions, DlError, showValue } from '@dl/core'
import { files } from '@dl/data'
import { HEAD_BYTES } from '../decode/format'
import { type ByClass, type ClassedPart, labelled, setByClass } from './by-class'
import { requireReadable } from './check-pictures'
import { requireKnownClasses } from './classes'
import type { ImageItem, ImageSet } from './image-set'
import { requireNames } from './names'
import { isLitter, isPictureName, isReadable, tellOf } from './picture-files'
import { type SetOptions, setOptions } from './set-options'

export interface FoldersOptions extends SetOptions {
  /**
   * The folder to learn from (default `train`; with `validFraction` the place itself where it has no
   * such folder).
   */
  train?: string
  /** The folder to judge by (default `valid`). */
  validation?: string
  /** A folder of pictures, or of classes of them where labels are known. */
  test?: string
}

/** Names of all of them. */
export const foldersOptions = [
  ...setOptions,
  'train',
  'validation',
  'test',
] as const satisfies readonly (keyof FoldersOptions)[]

/**
 * A class's pictures may lie in folders of its folder. Other files are passed over, which is told.
 *
 * @throws DlError `not-found`, `empty-folder`, `one-sided-class` for a class of one part only unless
 *   `classes` lists it, `bad-image` for a picture that cannot be decoded here, `bad-option`
 */
export async function imagesFromPaths(
  path: string,
  options: FoldersOptions = {},
): Promise<ImageSet> {
  checkOptions('imagesFromPaths', options, foldersOptions)
  return imagesOfFolders(path, options)
}

export async function imagesOfFolders(path: string, options: FoldersOptions): Promise<ImageSet> {
  const { train: trainName, validation: validationName, test: testName } = options
  requireNames({ path: path ?? null, train: trainName, validation: validationName, test: testName })
  const parts = await partsOf(path, options)
  const passedOver: string[] = []
  const partOf = async (name: string): Promise<ClassedPart> => {
    const except = name === HERE ? testName : undefined
    return { name, pictures: await picturesByClass(path, name, passedOver, except) }
  }
  const train = await partOf(parts.train)
  const validation = parts.validation === null ? null : await partOf(parts.validation)
  const set = setByClass(path, train, validation, options)
  const test =
    options.test === undefined
      ? undefined
      : await testItems(path, set.classes, options.test, passedOver)
  await requireReadable([...set.train, ...set.validation, ...(test ?? [])], options)
  tellOf(passedOver, path, options.onPassedOver)
  return { ...set, ...(test && { test }) }
}

const HERE = '.'

/** @returns a validation of null is to be drawn */
async function partsOf(
  path: string,
  { train, validation, validFraction }: FoldersOptions,
): Promise<{ train: string; validation: string | null }> {
  if (validFraction === undefined) {
    return { train: train ?? 'train', validation: validation ?? 'valid' }
  }
  requireNoValidation(validation)
  if (train !== undefined) return { train, validation: null }
  const present = await files.folders(path)
  // it may be a class of that name
  const isPart =
    present.includes('train') && (await files.folders(files.join(path, 'train'))).length > 0
  if (isPart && present.includes('valid')) throw cutAlready(path)
  return { train: isPart ? 'train' : HERE, validation: null }
}

export function requireNoValidation(validation: string | undefined): void {
  if (validation === undefined) return
  throw new DlError('bad-option', {
    problem: `validation is ${showValue(validation)}, and validFraction is given, too`,
    expected: 'one of them to say what to judge by',
  })
}

export const cutAlready = (place: string): DlError =>
  new DlError('bad-option', {
    problem: `${place} has folders train and valid, and validFraction is given`,
    expected: 'pictures that are not in two parts already',
    fix: "Leave it out, or say which folder to draw from: train: 'train'.",
  })

/** Of each folder in that of the part: at least one. */
async function picturesByClass(
  path: string,
  part: string,
  passedOver: string[],
  except?: string,
): Promise<ByClass> {
  const folder = files.join(path, part)
  const present = await files.folders(path)
  // the part may lie deeper, as in `a/train`
  if (!present.includes(part) && !(await files.exists(folder))) {
    throw new DlError('not-found', {
      problem: `${path} has no folder ${part}`,
      expected: `one of its folders: ${present.join(', ') || 'there are none'}`,
      fix: "Name it: train: 'training', validation: 'test'; or hold some out: validFraction: 0.2.",
    })
  }
  const classes = (await files.folders(folder)).filter(name => !isLitter(name) && name !== except)
  if (classes.length === 0) {
    throw new DlError('empty-folder', {
      problem: `${folder} holds no folders`,
      expected: 'one for each class, with its pictures',
    })
  }
  passedOver.push(...(await filesIn(folder)))
  const pictures = new Map<string, ImageItem[]>()
  for (const name of classes) {
    const found = await picturesBelow(files.join(folder, name), passedOver)
    pictures.set(
      name,
      found.map(image => ({ image })),
    )
  }
  return pictures
}

/** Those of a folder, then those of its folders. */
async function picturesBelow(folder: string, passedOver: string[]): Promise<string[]> {
  const pictures: string[] = []
  for (const file of await filesIn(folder)) {
    const isPicture = isPictureName(file) || isReadable(await files.readBytes(file, HEAD_BYTES))
    ;(isPicture ? pictures : passedOver).push(file)
  }
  for (const name of await files.folders(folder)) {
    if (!isLitter(name))
      pictures.push(...(await picturesBelow(files.join(folder, name), passedOver)))
  }
  return pictures
}

/** Without what systems leave; a folder may be empty. */
async function filesIn(folder: string): Promise<string[]> {
  const found = await files.list(folder).catch((error: unknown) => {
    if (DlError.is(error, 'empty-folder')) return []
    throw error
  })
  return found.filter(file => !isLitter(file.split(/[/\\]/).at(-1)!))
}

export async function testItems(
  path: string,
  classes: readonly string[],
  test: string,
  passedOver: string[],
): Promise<ImageItem[]> {
  const folder = files.join(path, test)
  const folders = (await files.folders(folder)).filter(name => !isLitter(name))
  if (folders.length > 0) {
    requireKnownClasses(test, folders, classes)
    return labelled(await picturesByClass(path, test, passedOver), classes)
  }
  const others: string[] = []
  const pictures = await picturesBelow(folder, others)
  passedOver.push(...others)
  if (pictures.length > 0) return pictures.map(image => ({ image }))
  throw new DlError('empty-folder', {
    problem: `the folder ${folder} holds ${others.length} files and no picture among them`,
    expected: 'names that end in .jpg, .png, .webp, .avif, .bmp, .gif, .tif or .ppm',
  })
}
