/** Transforms out of what an exported learner says of them. */
import { DlError } from '@dl/core'
import { asTheyAre } from '../data/as-they-are'
import type { ImageTransforms, TransformsRecipe } from './image-transforms'
import { imageTransforms } from './pipeline'
import { centerCrop } from './random-crop'
import { scaleTo, squashTo } from './scaling'

const SCALINGS = { scaleTo, squashTo }
const TRANSFORMS = { centerCrop }

/**
 * @throws DlError `bad-recipe` for what is none, and steps nobody knows; `bad-option` for sizes that
 *   are none
 */
export function transformsFrom(recipe: unknown): ImageTransforms {
  if (recipe === 'as-they-are') return asTheyAre.validation
  const { size, stats, scale, pad, padMode, transforms } = (recipe ?? {}) as Partial<
    Exclude<TransformsRecipe, string>
  >
  const isWhole = [size, pad].every(Number.isFinite) && typeof padMode === 'string'
  const hasStats = [stats?.mean, stats?.std].every(isNumbers)
  if (!(isWhole && hasStats && Array.isArray(scale) && Array.isArray(transforms))) {
    throw new DlError('bad-recipe', {
      problem: `the transforms are ${JSON.stringify(recipe)?.slice(0, 80)}`,
      expected: "'as-they-are', or { size, stats, scale, pad, padMode, transforms }",
    })
  }
  return imageTransforms({
    size: size!,
    stats: stats!,
    scale: made(SCALINGS, scale),
    pad: pad!,
    padMode: padMode!,
    transforms: transforms.map(step => made(TRANSFORMS, step)),
  })
}

const isNumbers = (list: unknown): boolean => Array.isArray(list) && list.every(Number.isFinite)

function made<T>(known: Record<string, (size: number) => T>, step: unknown): T {
  const [name, size] = Array.isArray(step) ? step : []
  if (typeof name === 'string' && Object.hasOwn(known, name)) return known[name]!(size)
  throw new DlError('bad-recipe', {
    problem: `the transforms have the step ${JSON.stringify(step)?.slice(0, 60)}`,
    expected: `one of ${Object.keys(known).join(', ')}, with a size`,
  })
}
