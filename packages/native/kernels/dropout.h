// Dropout with numbers drawn in place: Threefry-2x32, as many blocks at a time as a vector has lanes
// (see @dl/core's random/threefry.ts, which this repeats bit for bit).
#pragma once
#include "lanes.h"

namespace dl {
namespace DL_LEVEL {

typedef Unsigned<Wide> Words;

template <i32 BITS> INLINE Words rotate(Words x) { return (x << BITS) | (x >> (32 - BITS)); }
template <i32 BITS> INLINE void mix(Words &x0, Words &x1) {
  x0 += x1;
  x1 = rotate<BITS>(x1) ^ x0;
}

/**
 * Eights from … to of y[e] = x[e] · scale where word e of the stream, shifted right by 8, is at least
 * `threshold`; 0 elsewhere.
 */
static void dropout(
  In x, Out y, i32 n, i32 key0, i32 key1, i32 counterLow, i32 counterHigh, i32 threshold, float scale, i32 from, i32 to
) {
  constexpr i32 STEP = 2 * WIDE;
  const u32 keys[3] = {(u32)key0, (u32)key1, (u32)key0 ^ (u32)key1 ^ 0x1bd11bdau};
  const i32 end = min(n, to * 8);
  Words lanes;
  for (i32 i = 0; i < WIDE; i++) lanes[i] = i;
  for (i32 e = from * 8; e < end; e += STEP) {
    const Words low = (u32)counterLow + ((u32)(e >> 1) + lanes);
    // a lane whose sum wrapped around carries one (its comparison is −1)
    const Words high = (u32)counterHigh - (Words)(low < (u32)counterLow);
    Words x0 = low + keys[0], x1 = high + keys[1];
    times<5>([&](auto group) INLINE_BODY {
      if constexpr (decltype(group)() % 2 == 0) {
        mix<13>(x0, x1), mix<15>(x0, x1), mix<26>(x0, x1), mix<6>(x0, x1);
      } else {
        mix<17>(x0, x1), mix<29>(x0, x1), mix<16>(x0, x1), mix<24>(x0, x1);
      }
      x0 += keys[(group + 1) % 3];
      x1 += keys[(group + 2) % 3] + (u32)(group + 1);
    });
    const Signed<Wide> kept0 = (Signed<Wide>)(x0 >> 8) >= threshold, kept1 = (Signed<Wide>)(x1 >> 8) >= threshold;
    I4 words[2][WIDE / 4];
    __builtin_memcpy(words[0], &kept0, sizeof kept0);
    __builtin_memcpy(words[1], &kept1, sizeof kept1);
    for (i32 i = 0; i < WIDE / 4; i++) {
      const I4 masks[2] = {SHUFFLE(words[0][i], words[1][i], 0, 4, 1, 5), SHUFFLE(words[0][i], words[1][i], 2, 6, 3, 7)};
      for (i32 half = 0; half < 2; half++) {
        const i32 at = e + 8 * i + 4 * half;
        if (at + 4 <= end) store(y, at, masked(load<V4>(x, at) * scale, masks[half]));
        else for (i32 q = at; q < end; q++) y[q] = masks[half][q - at] ? x[q] * scale : 0;
      }
    }
  }
}

}  // namespace DL_LEVEL
}  // namespace dl
