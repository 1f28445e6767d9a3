/** Where the pictures come from. */
import { files } from '@dl/data'
import { datasets, type ImageSet, imagesFromPaths } from '@dl/vision'

const PACKED = 'cifar10-jpg.tar.gz'

/** A set by name, or of a folder or an archive with `train/<class>/` and `valid/` or `test/`. */
export async function loadPictures(name: string, seed: number): Promise<ImageSet> {
  if (name === 'cifar10') return datasets.cifar10()
  if (name === 'tiny') return datasets.cifar10({ tiny: true })
  if (name === 'shapes') return datasets.shapes({ count: 2000, seed })
  if (/\.(tar|tgz|tar\.gz)$/i.test(name)) return datasets.cifar10({ from: name })
  const packed = files.join(name, PACKED)
  if (await files.exists(packed)) return datasets.cifar10({ from: packed })
  if ((await files.folders(name)).includes('valid')) return imagesFromPaths(name, {})
  return datasets.cifar10({ from: name })
}

/** A few of them from everywhere: sets lie there class by class. */
export function spread<T>(items: readonly T[], count: number): T[] {
  const length = Math.min(count, items.length)
  return Array.from({ length }, (_, i) => items[Math.floor((i * items.length) / length)]!)
}
