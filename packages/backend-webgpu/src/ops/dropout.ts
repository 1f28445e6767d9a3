/** Dropout (contract: @dl/core's `dropout`): the same call serves the forward and the backward pass. */
import type { TensorInfo } from '@tensorflow/tfjs-core'
import type { Kernel, KernelCall } from '../kernel'
import { launch, sizeOf } from '../program'

/** One block of Threefry-2x32 with 20 rounds, as @dl/core's `threefry2x32`. */
const THREEFRY = `
  fn rotate(x: u32, by: u32) -> u32 { return (x << by) | (x >> (32u - by)); }

  fn threefry(key: vec2<u32>, counter: vec2<u32>) -> vec2<u32> {
    let rotations = array<u32, 8>(13u, 15u, 26u, 6u, 17u, 29u, 16u, 24u);
    let keys = array<u32, 3>(key.x, key.y, key.x ^ key.y ^ 0x1bd11bdau);
    var x = counter + key;
    for (var group = 0u; group < 5u; group++) {
      for (var i = 0u; i < 4u; i++) {
        x.x += x.y;
        x.y = rotate(x.y, rotations[(group % 2u) * 4u + i]) ^ x.x;
      }
      x.x += keys[(group + 1u) % 3u];
      x.y += keys[(group + 2u) % 3u] + group + 1u;
    }
    return x;
  }
`

/** A thread draws a block, of two words, for two elements. */
const CODE = `
  ${THREEFRY}
  fn main(at: u32) {
    let low = sizes.low + at;
    let high = sizes.high + select(0u, 1u, low < sizes.low);
    let words = threefry(vec2(sizes.key0, sizes.key1), vec2(low, high));
    for (var i = 0u; i < 2u; i++) {
      let element = 2u * at + i;
      if (element < sizes.length) {
        out[element] = select(0., x[element] * sizes.scale, (words[i] >> 8u) >= sizes.threshold);
      }
    }
  }
`

function dropout({ backend, inputs, attrs }: KernelCall): TensorInfo {
  const { x } = inputs
  const { p, key0, key1, counter } = attrs
  const out = backend.output(x!.shape)
  const length = sizeOf(x!)
  launch(backend, {
    key: 'dropout',
    buffers: { x: x!, out: { tensor: out, writes: true } },
    sizes: {
      length,
      ...{ key0: key0 >>> 0, key1: key1 >>> 0 },
      ...{ low: counter >>> 0, high: Math.floor(counter / 2 ** 32) },
      // compared as integers, so that no backend's rounding can disagree
      threshold: Math.ceil(p * 2 ** 24),
    },
    rates: { scale: p < 1 ? 1 / (1 - p) : 0 },
    code: CODE,
    count: Math.ceil(length / 2),
  })
  return out
}

export const dropoutKernels: Kernel[] = [{ name: 'DlDropout', run: dropout }]
