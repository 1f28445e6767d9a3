/** Dropout: the mask is drawn where it is used, from Threefry-2x32 with 20 rounds as in @dl/core. */
import type { MathBackendWebGL } from '@tensorflow/tfjs-backend-webgl'
import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs-core'
import { launch } from '../gpu/launch'

const CODE = `
  const uint[8] ROTATIONS = uint[8](13u, 15u, 26u, 6u, 17u, 29u, 16u, 24u);

  uint word(uvec2 counter, int which) {
    uint[3] keys = uint[3](key0, key1, key0 ^ key1 ^ 0x1bd11bdau);
    uvec2 x = counter + uvec2(keys[0], keys[1]);
    for (int group = 0; group < 5; group++) {
      for (int i = 0; i < 4; i++) {
        uint turn = ROTATIONS[(group & 1) * 4 + i];
        x.x += x.y;
        x.y = ((x.y << turn) | (x.y >> (32u - turn))) ^ x.x;
      }
      x.x += keys[(group + 1) % 3];
      x.y += keys[(group + 2) % 3] + uint(group + 1);
    }
    return which == 0 ? x.x : x.y;
  }

  void compute(int at) {
    uint low = counterLow + uint(at >> 1);
    uint high = counterHigh + (low < counterLow ? 1u : 0u);
    bool stays = (word(uvec2(low, high), at & 1) >> 8) >= threshold;
    y = x(at) * (stays ? kept : 0.);
  }
`

export const dropout: KernelFunc = ({ inputs, attrs, backend }) => {
  const { x } = inputs as Record<'x', TensorInfo>
  const { p, key0, key1, counter } = attrs as unknown as Record<
    'p' | 'key0' | 'key1' | 'counter',
    number
  >
  return launch(
    backend as MathBackendWebGL,
    { y: { shape: x.shape } },
    {
      code: CODE,
      inputs: { x },
      floats: { kept: p < 1 ? 1 / (1 - p) : 0 },
      uints: {
        key0: key0 >>> 0,
        key1: key1 >>> 0,
        counterLow: counter >>> 0,
        counterHigh: Math.floor(counter / 2 ** 32),
        threshold: Math.ceil(p * 2 ** 24),
      },
    },
  )
}
