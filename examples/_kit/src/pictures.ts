/** Where the pictures come from. */
import { DlError } from '@dl/core'
import { files } from '@dl/data'
import { datasets, type ImageSet, imagesFromArchive, imagesFromPaths } from '@dl/vision'
import { patches } from './patches'

export { patches }

const PACKED = 'cifar10-jpg.tar.gz'

const LAYOUT = 'train/<class>/ and valid/<class>/ or test/<class>/'

/** A set by name, or of a folder or an archive with `train/<class>/` and `valid/` or `test/`. */
export async function loadPictures(name: string, seed: number): Promise<ImageSet> {
  if (name === 'cifar10') return datasets.cifar10()
  if (name === 'tiny') return datasets.cifar10({ tiny: true })
  if (name === 'shapes') return datasets.shapes({ count: 2000, seed })
  if (name === 'patches') return patches({ count: 480, seed })
  if (/\.(tar|tgz|tar\.gz)$/i.test(name)) return fromArchive(name)
  const packed = files.join(name, PACKED)
  return (await files.exists(packed)) ? fromArchive(packed) : fromFolder(name)
}

/** It has to be read to see what is in it. */
async function fromArchive(name: string): Promise<ImageSet> {
  try {
    return await datasets.cifar10({ from: name })
  } catch (error) {
    if (!DlError.is(error, 'one-sided-class')) throw error
    return imagesFromArchive(name).catch(cause => {
      throw new DlError('bad-dataset', {
        problem: `${name} has classes in train that neither valid nor test has, or the reverse`,
        expected: LAYOUT,
        cause,
      })
    })
  }
}

async function fromFolder(name: string): Promise<ImageSet> {
  const folders = await files.folders(name).catch(async error => {
    if (!(await files.exists(name))) throw error
    throw new DlError('bad-dataset', {
      problem: `${name} is a file`,
      expected: 'a folder, or an archive whose name ends in .tar, .tar.gz or .tgz',
    })
  })
  if (folders.includes('train')) {
    return imagesFromPaths(name, folders.includes('valid') ? {} : { validation: 'test' })
  }
  const names = folders.length > 0 ? [] : await files.list(name)
  if (names.some(file => file.endsWith('.bin'))) return datasets.cifar10({ from: name })
  throw new DlError('bad-dataset', {
    problem: `${name} has no folder train`,
    expected: `${LAYOUT}, or CIFAR-10's own records`,
  })
}

/** A few of them from everywhere: sets lie there class by class. */
export function spread<T>(items: readonly T[], count: number): T[] {
  const length = Math.min(count, items.length)
  return Array.from({ length }, (_, i) => items[Math.floor((i * items.length) / length)]!)
}
