/**
 * Small pictures made on the spot: one object of any colour, size and place on a textured, noisy
 * background. They need no files and no decoder, and the object's place is known, so that maps of
 * what a net looks at can be judged.
 */
import { checkOptions, DlError, Generator, showValue } from '@dl/core'
import type { ImageItem } from '../data/image-set'
import type { PixelImage } from '../pixel-image'
import type { ImageDataset } from './image-dataset'

export interface ShapesOptions {
  /** Pictures to train on (default 1,000). */
  count?: number
  /** Pictures to judge by (default a fifth of `count`). */
  validation?: number
  /** Side in pixels (default 32). */
  size?: number
  /** Some of the kinds there are (default all four). */
  classes?: readonly ShapeKind[]
  /** The same pictures for the same seed (default 0). */
  seed?: number
}

export type ShapeKind = keyof typeof KINDS

/** In pixels; x and y are those of the upper left corner. */
export interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** A picture and where its object is. */
export interface ShapeItem extends ImageItem {
  readonly box: Box
}

/** Whether a point belongs to the object that fills the square from -1 to 1. */
const KINDS = {
  circle: (x: number, y: number) => x * x + y * y <= 1,
  cross: (x: number, y: number) => Math.min(Math.abs(x), Math.abs(y)) <= 1 / 3,
  square: () => true,
  triangle: (x: number, y: number) => Math.abs(x) <= (y + 1) / 2,
}
/** Of the side: the object's least and largest size. */
const SIZES = [0.3, 0.6] as const
/** Points for each pixel and axis. */
const GRID = 3

/**
 * Deterministic: picture i of a seed is the same whatever `count` is.
 *
 * @throws DlError `bad-option`
 *
 * @example
 * ```ts
 * import { datasets, ImageClassifierData } from '@dl/vision'
 *
 * const shapes = datasets.shapes({ count: 40, size: 32, seed: 1 })
 * shapes.classes // → circle,cross,square,triangle
 * const data = new ImageClassifierData(shapes, { bs: 8, seed: 1 })
 * ;[data.train.length, data.validation.length] // → 5,1
 * data.items.validation[0]!.box.width > 8 // → true
 * ```
 */
export function shapes(options: ShapesOptions = {}): ImageDataset<ShapeItem> {
  checkOptions('shapes', options, ['count', 'validation', 'size', 'classes', 'seed'])
  const { count = 1000, size = 32, classes = Object.keys(KINDS) as ShapeKind[], seed = 0 } = options
  const { validation = typeof count === 'number' ? Math.ceil(count / 5) : 1 } = options
  for (const [name, value, least] of [
    ['count', count, 1],
    ['validation', validation, 1],
    ['size', size, 8],
    ['seed', seed, 0],
  ] as const) {
    if (Number.isSafeInteger(value) && value >= least) continue
    throw new DlError('bad-option', {
      problem: `${name} is ${showValue(value)}`,
      expected: `an integer of at least ${least}`,
    })
  }
  requireKinds(classes)
  const generator = new Generator(seed)
  const part = (name: string, length: number) => {
    const chance = generator.fork(name)
    return Array.from({ length }, (_, i) =>
      shapeItem(classes, i % classes.length, size, chance.fork(i), `${name}/${i}`),
    )
  }
  return {
    name: 'shapes',
    source: 'made',
    origin: 'made by @dl/vision',
    classes,
    train: part('train', count),
    validation: part('validation', validation),
  }
}

function requireKinds(classes: readonly ShapeKind[]): void {
  const isFine = (kind: ShapeKind, i: number) =>
    Object.hasOwn(KINDS, kind) && classes.indexOf(kind) === i
  if (Array.isArray(classes) && classes.length > 0 && classes.every(isFine)) return
  throw new DlError('bad-option', {
    problem: `classes are ${showValue(classes)}`,
    expected: `some of ${Object.keys(KINDS).join(', ')}, each once`,
  })
}

function shapeItem(
  classes: readonly ShapeKind[],
  label: number,
  size: number,
  chance: Generator,
  name: string,
): ShapeItem {
  const [extent, atX, atY] = chance.uniform(3)
  const width = Math.round(size * (SIZES[0] + (SIZES[1] - SIZES[0]) * extent!))
  const place = (at: number) => Math.floor(at * (size - width + 1))
  const box = { x: place(atX!), y: place(atY!), width, height: width }
  const image = () => painted(KINDS[classes[label]!], size, box, chance.fork('pixels'))
  return { image, label, name, box }
}

function painted(
  holds: (x: number, y: number) => boolean,
  size: number,
  box: Box,
  chance: Generator,
): PixelImage {
  const back = Array.from(chance.uniform(3, 0, 255))
  // half the range away, in each channel, so that every object can be seen
  const front = back.map(value => (value + 100 + 56 * chance.next()) % 256)
  const waves = [waveOf(chance, size), waveOf(chance, size)]
  const noise = chance.normal(size * size * 3, 0, 8)
  const data = new Uint8Array(size * size * 3)
  for (let pixel = 0; pixel < size * size; pixel++) {
    const x = pixel % size
    const y = (pixel - x) / size
    const texture = waves.reduce((sum, wave) => sum + wave(x, y), 0)
    const share = coverage(holds, box, x, y)
    for (let c = 0; c < 3; c++) {
      const behind = back[c]! + texture
      const value = behind + share * (front[c]! - behind) + noise[pixel * 3 + c]!
      data[pixel * 3 + c] = Math.max(0, Math.min(255, Math.round(value)))
    }
  }
  return { width: size, height: size, channels: 3, data }
}

/** Stripes of any direction, a few to a picture. */
function waveOf(chance: Generator, size: number): (x: number, y: number) => number {
  const [turn, cycles, phase] = chance.uniform(3)
  const angle = 2 * Math.PI * turn!
  const scale = (2 * Math.PI * (1 + 3 * cycles!)) / size
  const [kx, ky] = [scale * Math.cos(angle), scale * Math.sin(angle)]
  return (x, y) => 16 * Math.sin(kx * x + ky * y + 2 * Math.PI * phase!)
}

/** How much of a pixel the object covers. */
function coverage(
  holds: (x: number, y: number) => boolean,
  { x: left, y: top, width, height }: Box,
  x: number,
  y: number,
): number {
  if (x < left || y < top || x >= left + width || y >= top + height) return 0
  let inside = 0
  for (let k = 0; k < GRID * GRID; k++) {
    const dx = ((k % GRID) + 0.5) / GRID
    const dy = (Math.floor(k / GRID) + 0.5) / GRID
    const u = (2 * (x - left + dx)) / width - 1
    const v = (2 * (y - top + dy)) / height - 1
    if (holds(u, v)) inside++
  }
  return inside / (GRID * GRID)
}
