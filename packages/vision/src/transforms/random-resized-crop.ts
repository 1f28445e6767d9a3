import type { Generator } from '@dl/core'
import { checkOptions } from '@dl/core'
import type { Frame } from './affine'
import { badOption, requireSide } from './checks'
import { between, type Rectangle, type Scaling } from './transform'

export interface RandomResizedCropOptions {
  /** The least and the most of the picture's area (default [0.08, 1]). */
  area?: readonly [least: number, most: number]
  /** The least and the most of width / height (default [3/4, 4/3]). */
  aspect?: readonly [least: number, most: number]
}

/** After as many parts that did not fit, the largest in the middle is taken. */
const TRIES = 10

/**
 * A part of random area, shape and place, brought to a square (Szegedy et al., arXiv:1409.4842, as
 * torchvision draws it: shapes uniform in their logarithm).
 *
 * @example
 * ```ts
 * import { Generator } from '@dl/core'
 * import { randomResizedCrop } from '@dl/vision'
 *
 * const { part, to } = randomResizedCrop(224).draw(new Generator(1), { width: 500, height: 375 })
 * part.x + part.width <= 500 // → true
 * to.width // → 224
 * ```
 */
export function randomResizedCrop(size: number, options: RandomResizedCropOptions = {}): Scaling {
  const { area = [0.08, 1], aspect = [3 / 4, 4 / 3] } = checkOptions('randomResizedCrop', options, [
    'area',
    'aspect',
  ])
  requireSide('randomResizedCrop', 'size', size)
  requireRange('area', area, 1)
  requireRange('aspect', aspect, Number.MAX_VALUE)
  const to: Frame = { width: size, height: size }
  return {
    name: 'randomResizedCrop',
    decodeSide: null,
    draw(random, frame) {
      for (let i = 0; i < TRIES; i++) {
        const part = attempt(random, frame, area, aspect)
        if (part) return { part, to }
      }
      return { part: middle(frame, aspect), to }
    },
  }
}

type Range = readonly [least: number, most: number]

function attempt(random: Generator, frame: Frame, area: Range, aspect: Range): Rectangle | null {
  const pixels = frame.width * frame.height * between(random, ...area)
  const shape = Math.exp(between(random, Math.log(aspect[0]), Math.log(aspect[1])))
  const width = Math.round(Math.sqrt(pixels * shape))
  const height = Math.round(Math.sqrt(pixels / shape))
  if (width < 1 || height < 1 || width > frame.width || height > frame.height) return null
  const [x, y] = [random.int(frame.width - width + 1), random.int(frame.height - height + 1)]
  return { x, y, width, height }
}

function middle(frame: Frame, [least, most]: Range): Rectangle {
  const width = Math.max(1, Math.min(frame.width, Math.round(frame.height * most)))
  const height = Math.max(1, Math.min(frame.height, Math.round(frame.width / least)))
  const [x, y] = [frame.width - width, frame.height - height].map(rest => Math.round(rest / 2))
  return { x: x!, y: y!, width, height }
}

function requireRange(name: string, range: Range, limit: number): void {
  const [least, most] = Array.isArray(range) ? (range as Range) : [Number.NaN, Number.NaN]
  if (least > 0 && most >= least && most <= limit) return
  const upTo = limit === 1 ? ' <= 1' : ''
  badOption('randomResizedCrop', `${name} [${least}, ${most}]`, `0 < least <= most${upTo}`)
}
