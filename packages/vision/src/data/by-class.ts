/** From pictures by class to a set: one list of classes, two parts. */
import { DlError } from '@dl/core'
import { requireClasses, requireKnownClasses, requireSameClasses } from './classes'
import { heldOut } from './held-out'
import type { ImageItem, ImageSet } from './image-set'
import type { SetOptions } from './set-options'

/** Pictures without labels, by the name of their class, which may have none. */
export type ByClass = ReadonlyMap<string, readonly ImageItem[]>

export interface ClassedPart {
  /** What errors call it. */
  name: string
  pictures: ByClass
}

/**
 * @param place what errors call where they are from
 * @param validation null where it is to be drawn from training
 * @throws DlError `one-sided-class`, `empty-folder` for a class without pictures to learn from,
 *   `bad-option`
 */
export function setByClass(
  place: string,
  train: ClassedPart,
  validation: ClassedPart | null,
  { classes: given, validFraction, splitSeed }: SetOptions,
): ImageSet {
  const names = [...train.pictures.keys()].sort()
  if (given !== undefined) {
    requireClasses(given)
    for (const part of [train, validation]) {
      if (part) requireKnownClasses(part.name, [...part.pictures.keys()], given)
    }
  } else {
    if (validation !== null) {
      requireSameClasses(
        place,
        { part: train.name, classes: names },
        { part: validation.name, classes: [...validation.pictures.keys()].sort() },
      )
    }
    const empty = names.find(name => train.pictures.get(name)!.length === 0)
    if (empty !== undefined) {
      throw new DlError('empty-folder', {
        problem: `the class ${empty} has no pictures in ${train.name} of ${place}`,
        expected: 'some to learn from',
        fix: 'Add them or take the folder out; or list the classes to go on regardless: classes.',
      })
    }
  }
  const classes = given ?? names
  const all = labelled(train.pictures, classes)
  if (validation !== null) {
    return { classes, train: all, validation: labelled(validation.pictures, classes) }
  }
  const labels = all.map(({ label }) => label!)
  const held = heldOut(labels, validFraction!, splitSeed)
  return {
    classes,
    train: all.filter((_, i) => !held.has(i)),
    validation: all.filter((_, i) => held.has(i)),
  }
}

/** In the order of classes, then of pictures. */
export function labelled(pictures: ByClass, classes: readonly string[]): ImageItem[] {
  return classes.flatMap((name, label) =>
    (pictures.get(name) ?? []).map(picture => ({ ...picture, label })),
  )
}
