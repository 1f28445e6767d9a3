import type { FileSource } from '@dl/data'
import type { ImageItem, ImageSet } from '../data/image-set'

/** A known data set; {@link ImageClassifierData} takes it as it is. */
export interface ImageDataset<Item extends ImageItem = ImageItem> extends ImageSet<Item> {
  readonly name: string
  /** Where it was found this time. */
  readonly source: FileSource | 'given' | 'made'
  /** What it is and where it is from. */
  readonly origin: string
}

/** The first items of each class. */
export function firstOfEach(items: readonly ImageItem[], count: number): ImageItem[] {
  const taken = new Map<ImageItem['label'], number>()
  return items.filter(({ label }) => {
    const before = taken.get(label) ?? 0
    taken.set(label, before + 1)
    return before < count
  })
}
