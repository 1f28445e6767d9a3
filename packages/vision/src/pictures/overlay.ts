/** A map over the picture it explains. */
import { checkOptions, DlError, showValue } from '@dl/core'
import type { PixelImage } from '../pixel-image'
import type { Frame } from '../transforms/affine'
import type { Region } from '../transforms/image-transforms'
import type { Rectangle } from '../transforms/transform'
import { checkImage } from './check-image'
import { type ColormapName, colormap } from './colormap'
import { checkMap, type MapRows } from './map-rows'
import { resizeSmooth } from './resize-smooth'

export interface HeatMapOptions {
  /** A name, or 256 colours, [256, 3] (default 'hot'). */
  colormap?: ColormapName | Uint8Array
}

export interface OverlayOptions extends HeatMapOptions {
  /** Share of the map, 0 to 1 (default 0.5). */
  alpha?: number
  /** Longer side of the result in pixels (default: the picture's). */
  size?: number
  /**
   * Which part of the picture the map is about (default: all of it), as shares of its width and
   * height: the `region` that `predictOne` gives. Around it the picture stays as it is.
   */
  region?: Region | undefined
}

/**
 * The map in colours at the given size, enlarged smoothly.
 *
 * @throws DlError `bad-option`, `bad-map`
 *
 * @example
 * ```ts
 * import { heatMap } from '@dl/vision'
 *
 * const { data } = heatMap([[0, 1]], { width: 4, height: 2, colormap: 'gray' })
 * data.length // → 24
 * data[9] // → 255
 * ```
 */
export function heatMap(
  map: MapRows,
  options: HeatMapOptions & { width: number; height: number },
): PixelImage {
  const { width, height, colormap } = checkOptions('heatMap', options, [
    'width',
    'height',
    'colormap',
  ])
  return coloured(map, { width, height }, colormap)
}

/** @param place of the map in the picture, in pixels */
function coloured(
  map: MapRows,
  { width, height }: Frame,
  wanted: ColormapName | Uint8Array = 'hot',
  place?: Rectangle,
): PixelImage {
  checkMap(map)
  checkSize('width', width)
  checkSize('height', height)
  const colours = wanted instanceof Uint8Array ? wanted : colormap(wanted)
  if (colours.length !== 768) {
    throw new DlError('bad-option', {
      problem: `the colour map has ${colours.length} bytes`,
      expected: '256 colours of 3',
    })
  }
  const raster = { width: map[0]!.length, height: map.length, channels: 1, data: map.flat() }
  const data = new Uint8Array(width * height * 3)
  resizeSmooth(raster, width, height, place).forEach((value, i) => {
    const colour = Math.max(0, Math.min(255, Math.floor(value * 256)))
    data.set(colours.subarray(3 * colour, 3 * colour + 3), 3 * i)
  })
  return { width, height, channels: 3, data }
}

/**
 * The picture in larger or smaller, without a change of shape.
 *
 * @param size longer side in pixels
 * @throws DlError `bad-image`, `bad-option`
 *
 * @example
 * ```ts
 * import { enlarge } from '@dl/vision'
 *
 * const image = { width: 2, height: 1, channels: 1, data: Uint8Array.of(0, 255) }
 * const { width, height } = enlarge(image, 64)
 * ;[width, height] // → 64,32
 * ```
 */
export function enlarge(image: PixelImage, size: number): PixelImage {
  checkImage(image)
  checkSize('size', size)
  const scale = size / Math.max(image.width, image.height)
  const [width, height] = [image.width, image.height].map(side =>
    Math.max(1, Math.round(side * scale)),
  ) as [number, number]
  if (width === image.width && height === image.height) return image
  const data = Uint8Array.from(resizeSmooth(image, width, height), toByte)
  return { width, height, channels: image.channels, data }
}

/**
 * Draws a map over a picture: the map is enlarged smoothly to the picture's size, or to the part of
 * it that the net saw, coloured, and laid over it half transparent. An alpha channel of the picture
 * is left out.
 *
 * @throws DlError `bad-image`, `bad-map`, `bad-option`
 *
 * @example
 * ```ts
 * import { overlay } from '@dl/vision'
 *
 * const image = { width: 2, height: 2, channels: 1, data: Uint8Array.of(0, 80, 160, 240) }
 * const { data } = overlay(image, [[1]])
 * data.subarray(0, 6) // → 128,128,128,168,168,168
 * const right = overlay(image, [[1]], { region: { x: 0.5, y: 0, width: 0.5, height: 1 } })
 * right.data.subarray(0, 6) // → 0,0,0,168,168,168
 * ```
 */
export function overlay(image: PixelImage, map: MapRows, options: OverlayOptions = {}): PixelImage {
  checkImage(image)
  checkOptions('overlay', options, ['alpha', 'size', 'colormap', 'region'])
  const { alpha = 0.5, size = Math.max(image.width, image.height) } = options
  if (!(alpha >= 0 && alpha <= 1)) {
    throw new DlError('bad-option', { problem: `alpha is ${showValue(alpha)}`, expected: '0 to 1' })
  }
  const under = enlarge(image, size)
  const { width, height, channels } = under
  const place = placeOf(options.region, under)
  const { data: over } = coloured(map, under, options.colormap, place)
  const data = Uint8Array.from(over, (value, i) => {
    const pixel = Math.floor(i / 3)
    const behind = under.data[pixel * channels + (channels === 1 ? 0 : i % 3)]!
    if (!holds(place, (pixel % width) + 0.5, Math.floor(pixel / width) + 0.5)) return behind
    return toByte(alpha * value + (1 - alpha) * behind)
  })
  return { width, height, channels: 3, data }
}

/** In pixels. */
function placeOf(
  region: Region = { x: 0, y: 0, width: 1, height: 1 },
  { width, height }: Frame,
): Rectangle {
  const { x, y, width: across, height: down } = region ?? {}
  if (![x, y, across, down].every(Number.isFinite) || across <= 0 || down <= 0) {
    throw new DlError('bad-option', {
      problem: `region is ${JSON.stringify(region)}`,
      expected: '{ x, y, width, height }, shares of the width and height of the picture',
    })
  }
  return { x: x * width, y: y * height, width: across * width, height: down * height }
}

const holds = ({ x, y, width, height }: Rectangle, across: number, down: number): boolean =>
  across >= x && across <= x + width && down >= y && down <= y + height

const toByte = (value: number): number => Math.max(0, Math.min(255, Math.round(value)))

function checkSize(name: string, size: number): void {
  if (Number.isInteger(size) && size > 0) return
  throw new DlError('bad-option', {
    problem: `${name} is ${showValue(size)}`,
    expected: 'an integer of at least 1',
  })
}
