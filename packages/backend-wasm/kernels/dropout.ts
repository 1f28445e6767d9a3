// Dropout with numbers drawn in place: Threefry-2x32, four blocks at a time (see @dl/core's
// random/threefry.ts, which this repeats bit for bit).
import { at, load, splat, store } from './simd'

@inline
function rotate(x: v128, bits: i32): v128 {
  return v128.or(i32x4.shl(x, bits), i32x4.shr_u(x, 32 - bits))
}

/**
 * Eights from … to of y[e] = x[e] · scale where word e of the stream, shifted right by 8, is at least
 * `threshold`; 0 elsewhere.
 */
export function dropout(
  x: usize, y: usize, n: i32, key0: i32, key1: i32, counterLow: i32, counterHigh: i32, threshold: i32, scale: f32,
  from: i32, to: i32,
): void {
  const k0 = i32x4.splat(key0), k1 = i32x4.splat(key1), k2 = i32x4.splat(key0 ^ key1 ^ 0x1bd11bda)
  const start = i32x4.splat(counterLow)
  const limit = i32x4.splat(threshold)
  const factor = splat(scale)
  const end = min(n, to << 3)
  for (let e = from << 3; e < end; e += 8) {
    const low = i32x4.add(start, i32x4.add(i32x4.splat(e >> 1), i32x4(0, 1, 2, 3)))
    // a lane whose sum wrapped around carries one (its comparison is −1)
    const high = i32x4.sub(i32x4.splat(counterHigh), i32x4.lt_u(low, start))
    let x0 = i32x4.add(low, k0)
    let x1 = i32x4.add(high, k1)
    for (let group = 0; group < 5; group++) {
      const odd = (group & 1) == 1
      x0 = i32x4.add(x0, x1)
      x1 = v128.xor(odd ? rotate(x1, 17) : rotate(x1, 13), x0)
      x0 = i32x4.add(x0, x1)
      x1 = v128.xor(odd ? rotate(x1, 29) : rotate(x1, 15), x0)
      x0 = i32x4.add(x0, x1)
      x1 = v128.xor(odd ? rotate(x1, 16) : rotate(x1, 26), x0)
      x0 = i32x4.add(x0, x1)
      x1 = v128.xor(odd ? rotate(x1, 24) : rotate(x1, 6), x0)
      const next = (group + 1) % 3
      x0 = i32x4.add(x0, next == 0 ? k0 : next == 1 ? k1 : k2)
      x1 = i32x4.add(i32x4.add(x1, next == 0 ? k1 : next == 1 ? k2 : k0), i32x4.splat(group + 1))
    }
    const kept0 = i32x4.ge_s(i32x4.shr_u(x0, 8), limit)
    const kept1 = i32x4.ge_s(i32x4.shr_u(x1, 8), limit)
    const mask0 = v128.shuffle<i32>(kept0, kept1, 0, 4, 1, 5)
    const mask1 = v128.shuffle<i32>(kept0, kept1, 2, 6, 3, 7)
    if (e + 8 <= end) {
      store(y, e, v128.and(f32x4.mul(load(x, e), factor), mask0))
      store(y, e + 4, v128.and(f32x4.mul(load(x, e + 4), factor), mask1))
    } else {
      for (let i = e; i < end; i++) {
        const lane = i - e
        const word = lane & 1 ? kept1 : kept0
        const block = lane >> 1
        const kept = block == 0 ? i32x4.extract_lane(word, 0)
          : block == 1 ? i32x4.extract_lane(word, 1)
          : block == 2 ? i32x4.extract_lane(word, 2)
          : i32x4.extract_lane(word, 3)
        f32.store(at(y, i), kept != 0 ? f32.load(at(x, i)) * scale : 0)
      }
    }
  }
}
