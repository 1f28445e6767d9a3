import { DlError, showValue } from '@dl/core'
import { type Judged, type RankedItem, type Ranking, rankPredictions } from '@dl/train'
import { Tensor } from '@tensorflow/tfjs-core'
import type { PixelImage } from '../pixel-image'
import { type FiguresOptions, figuresHtml } from './figures-html'

export type TopLossesOptions = Judged &
  FiguresOptions & {
    /** The pictures in the order of the predictions, or a function that gets one when it is shown. */
    images: readonly PixelImage[] | ((index: number) => PixelImage | Promise<PixelImage>)
    /** Names of the classes, as `data.classes` has them. */
    classes: readonly string[]
    /** How many (default 9). */
    k?: number
    /** The largest losses (default), the smallest, or those where two classes come closest. */
    which?: Ranking
  }

export interface TopLosses {
  items: RankedItem[]
  /** The pictures with what was predicted, what was right and the loss: self-contained HTML. */
  html: string
}

const TITLES: Record<Ranking, string> = {
  worst: 'Largest losses',
  best: 'Smallest losses',
  uncertain: 'Least certain',
}

/**
 * The pictures that tell most about a classifier: those it gets most wrong, most right, or cannot
 * decide on.
 *
 * @throws DlError `not-probabilities`, `shape-mismatch`, `bad-label`, `bad-option`
 *
 * @example
 * ```ts
 * import { topLosses } from '@dl/vision'
 * import { tensor } from '@tensorflow/tfjs-core'
 *
 * const grey = { width: 1, height: 1, channels: 1, data: Uint8Array.of(128) }
 * const probabilities = tensor([[0.9, 0.1], [0.4, 0.6]])
 * const targets = tensor([0, 0], [2], 'int32')
 * const { items, html } = await topLosses({
 *   probabilities, // of `learn.tta()`; or `predictions` of `learn.predictWithTargets()`
 *   targets,
 *   images: [grey, grey],
 *   classes: ['cat', 'dog'],
 *   k: 1,
 * })
 * items[0]!.index // → 1
 * html.includes('dog, is cat') // → true
 * probabilities.dispose()
 * targets.dispose()
 * ```
 */
export async function topLosses(options: TopLossesOptions): Promise<TopLosses> {
  checkKinds(options)
  const { images, classes, k = 9, which = 'worst' } = options
  const scores = options.probabilities ?? options.predictions
  const problem = complaint(k, classes.length, scores.shape[1] ?? 0)
  if (problem) throw new DlError('bad-option', problem)
  const items = (await rankPredictions(options, which)).slice(0, k)
  const figures = await Promise.all(
    items.map(async item => ({
      image: await imageOf(images, item.index),
      caption: captionOf(item, classes),
    })),
  )
  return { items, html: figuresHtml(figures, { title: TITLES[which], ...options }) }
}

function captionOf(item: RankedItem, classes: readonly string[]): string[] {
  const [predicted, actual] = [classes[item.predicted]!, classes[item.actual]!]
  const verdict = item.predicted === item.actual ? actual : `${predicted}, is ${actual}`
  const surely = `${percent(item.confidence)} ${predicted}`
  const truth = item.predicted === item.actual ? '' : `, ${percent(item.probability)} ${actual}`
  return [verdict, surely + truth, `loss ${item.loss.toFixed(2)}`]
}

const percent = (part: number): string => `${(100 * part).toFixed(part < 0.0995 ? 1 : 0)} %`

async function imageOf(images: TopLossesOptions['images'], index: number): Promise<PixelImage> {
  if (typeof images === 'function') return images(index)
  const image = images[index]
  if (image) return image
  throw new DlError('shape-mismatch', {
    problem: `there are ${images.length} pictures and predictions of item ${index}`,
    expected: 'a picture for each prediction, in the same order',
  })
}

function complaint(k: number, names: number, scores: number) {
  if (!Number.isInteger(k) || k < 1) {
    return { problem: `k is ${k}`, expected: 'an integer of at least 1' }
  }
  if (names !== scores) {
    return {
      problem: `there are ${names} names of classes and ${scores} scores for each item`,
      expected: 'as many',
    }
  }
  return null
}

function checkKinds(options: TopLossesOptions): void {
  const { images, classes, probabilities, predictions } = (options ?? {}) as Partial<
    Record<'images' | 'classes' | 'probabilities' | 'predictions', unknown>
  >
  const wrong = !((probabilities ?? predictions) instanceof Tensor)
    ? ['probabilities, or predictions', probabilities ?? predictions, 'a tensor [items, classes]']
    : !Array.isArray(classes)
      ? ['classes', classes, 'a list of names']
      : !Array.isArray(images) && typeof images !== 'function'
        ? ['images', images, 'a list of pictures, or a function that gives one']
        : null
  if (wrong === null) return
  const [name, value, expected] = wrong as [string, unknown, string]
  throw new DlError('bad-option', {
    problem: `topLosses got ${name}: ${showValue(value)}`,
    expected,
  })
}
