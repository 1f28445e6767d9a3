/** Where the pictures come from. */
import { files } from '@dl/data'
import { datasets, fromArchive, fromFolders, type ImageSet } from '@dl/vision'

/** A set by name, or of a folder with train/ and valid/ or test/, or of an archive of such. */
export async function loadPictures(name: string, seed: number): Promise<ImageSet> {
  if (name === 'cifar10') return datasets.cifar10()
  if (name === 'tiny') return datasets.cifar10({ tiny: true })
  if (name === 'shapes') return datasets.shapes({ count: 2000, seed })
  if (/\.(tar|tgz|tar\.gz)$/.test(name)) return fromArchive(name)
  const archive = files.join(name, 'cifar10-jpg.tar.gz')
  if (await files.exists(archive)) return fromArchive(archive)
  const validation = (await files.exists(files.join(name, 'valid'))) ? 'valid' : 'test'
  return fromFolders(name, { validation })
}
