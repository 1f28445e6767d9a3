/** Pictures that are easy: what a quick form can learn in seconds. */
import { Generator } from '@dl/core'
import type { Box, ImageSet, ShapeItem } from '@dl/vision'

const COLOURS = {
  red: [230, 60, 60],
  green: [60, 200, 80],
  blue: [60, 90, 230],
  yellow: [230, 210, 60],
}
const SIDE = 32

export interface PatchesOptions {
  /** Pictures to learn from; a quarter as many to judge by. */
  count: number
  seed: number
}

/** A patch of one of four colours on grey noise, half to all of the side large; its place is known. */
export function patches({ count, seed }: PatchesOptions): ImageSet<ShapeItem> {
  const random = new Generator(seed).fork('patches')
  const items = Array.from({ length: count + Math.ceil(count / 4) }, (_, i) => patch(i % 4, random))
  const [train, validation] = [items.slice(0, count), items.slice(count)]
  return { classes: Object.keys(COLOURS), train, validation }
}

function patch(label: number, random: Generator): ShapeItem {
  const colour = Object.values(COLOURS)[label]!
  const side = SIDE / 2 + random.int(SIDE / 2 + 1)
  const [x, y] = [random.int(SIDE - side + 1), random.int(SIDE - side + 1)]
  const box: Box = { x, y, width: side, height: side }
  const data = new Uint8Array(SIDE * SIDE * 3)
  for (let at = 0; at < SIDE * SIDE; at++) {
    const [column, row] = [at % SIDE, Math.floor(at / SIDE)]
    const isIn = column >= x && column < x + side && row >= y && row < y + side
    const grey = random.int(256)
    for (let c = 0; c < 3; c++) data[3 * at + c] = isIn ? 0.7 * colour[c]! + 0.3 * grey : grey
  }
  return { image: { width: SIDE, height: SIDE, channels: 3, data }, label, box }
}
