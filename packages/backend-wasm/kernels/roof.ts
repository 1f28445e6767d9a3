// How fast multiply-adds can get: the tile of the products on panels that stay in the first-level
// cache. What benchmarks hold every product against; no operation uses it.
import { at } from './simd'
import { addTile, TILE_COLUMNS, TILE_ROWS } from './tile'

/** A unit is so many columns of C, whatever the tile: 2·6·48·k operations. */
const UNIT_COLUMNS: i32 = 48

/** Runs units from … to on zeros. `scratch` holds `length` bytes for each thread: panels of A and B, and C. */
export function roof(k: i32, scratch: usize, length: i32, from: i32, to: i32, thread: i32): void {
  const a = scratch + <usize>thread * <usize>length
  const b = at(a, TILE_ROWS * k)
  const c = at(b, TILE_COLUMNS * k)
  memory.fill(a, 0, length)
  for (let unit = from; unit < to; unit++) {
    for (let j = 0; j < UNIT_COLUMNS; j += TILE_COLUMNS) addTile(k, a, b, c, TILE_COLUMNS << 2)
  }
}
