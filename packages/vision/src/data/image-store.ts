/** The pictures of one part of a data set: read, decoded, kept while there is room. */
import { DlError, showValue } from '@dl/core'
import { decodeImage, readImage } from '../decode/index'
import type { PixelImage } from '../pixel-image'
import { type ImageItem, isPixels, nameOf, type Part } from './image-set'

/** What becomes of a picture that cannot be read: a function skips it, too, and is told, once. */
export type OnBadImage = 'throw' | 'skip' | ((name: string, error: DlError) => void)

export interface StoreOptions {
  onBadImage: OnBadImage
  maxPixels?: number
  /** Bytes that may still be kept, shared by all parts. */
  room: { bytes: number }
}

export class ImageStore<Item extends ImageItem = ImageItem> {
  /** The pictures that could not be read so far, by number. */
  readonly bad = new Map<number, DlError>()
  readonly #kept = new Map<number | null, Map<number, PixelImage>>()

  constructor(
    readonly part: Part,
    readonly all: readonly Item[],
    private readonly options: StoreOptions,
  ) {}

  /** Whether pictures that cannot be read are left out. */
  get skipsBad(): boolean {
    return this.options.onBadImage !== 'throw'
  }

  /** Those not found to be bad, in order. */
  get items(): readonly Item[] {
    return this.bad.size === 0 ? this.all : this.all.filter((_, i) => !this.bad.has(i))
  }

  get names(): string[] {
    return this.all.map((_, i) => this.name(i)).filter((_, i) => !this.bad.has(i))
  }

  name(index: number): string {
    return nameOf(this.all[index]!, `${this.part}[${index}]`)
  }

  /**
   * The picture, or null if it cannot be read and is to be skipped.
   *
   * @param side the shorter side it may be shrunk to
   */
  async get(index: number, side: number | null): Promise<PixelImage | null> {
    if (this.bad.has(index)) return null
    const kept = this.#kept.get(side)?.get(index)
    if (kept !== undefined) return kept
    try {
      return await this.#load(index, side)
    } catch (error) {
      if (this.options.onBadImage === 'throw' || !isAboutThePicture(error)) throw error
      this.#skip(index, error)
      return null
    }
  }

  async #load(index: number, side: number | null): Promise<PixelImage> {
    const { image } = this.all[index]!
    const content = typeof image === 'function' ? await image() : image
    const { maxPixels } = this.options
    if (typeof content === 'string') {
      return this.#keep(index, side, await readImage(content, { side, maxPixels }))
    }
    if (!(content instanceof Uint8Array)) {
      if (!isPixels(content)) {
        throw new DlError('bad-image', {
          problem: `${this.name(index)} is ${showValue(content)}`,
          expected: 'pixels, the bytes of a picture file, or its path',
        })
      }
      return typeof image === 'function' ? this.#keep(index, side, content) : content
    }
    const name = this.name(index)
    return this.#keep(index, side, await decodeImage(content, { side, maxPixels, name }))
  }

  /** First come, first kept: in epochs, whatever was dropped for another would be missed next. */
  #keep(index: number, side: number | null, picture: PixelImage): PixelImage {
    const { room } = this.options
    const bytes = picture.data.length
    let kept = this.#kept.get(side)
    if (kept === undefined) this.#kept.set(side, (kept = new Map()))
    if (bytes <= room.bytes && !kept.has(index)) {
      room.bytes -= bytes
      kept.set(index, picture)
    }
    return picture
  }

  #skip(index: number, error: DlError): void {
    // two iterators may have met it at once
    if (this.bad.has(index)) return
    this.bad.set(index, error)
    const { onBadImage } = this.options
    if (typeof onBadImage === 'function') onBadImage(this.name(index), error)
  }
}

/** A missing decoder, say, would make every picture bad. */
const isAboutThePicture = (error: unknown): error is DlError =>
  ['bad-image', 'not-found', 'read-failed'].some(code => DlError.is(error, code))
