/** Dropout with the same mask as elsewhere (contract: @dl/core's `dropout`), which JavaScript draws. */
import { threefryWords } from '@dl/core'
import { type TensorInfo, util } from '@tensorflow/tfjs-core'
import type { Call } from '../call'
import { mul } from './operations'

export function dropout(call: Call): TensorInfo {
  const { p, key0, key1, counter } = call.attrs
  const shape = call.shape('x')
  // compared as integers, so that no backend's rounding can disagree
  const threshold = Math.ceil(p * 2 ** 24)
  const kept = p < 1 ? 1 / (1 - p) : 0
  const words = threefryWords([key0, key1], counter, util.sizeFromShape(shape))
  // a loop, as Float32Array.from with a function is slow; TensorFlow's own operations are no faster
  const mask = new Float32Array(words.length)
  for (let i = 0; i < words.length; i++) mask[i] = words[i]! >>> 8 >= threshold ? kept : 0
  return call.output(mul(call, call.input('x'), call.floats(mask, shape)))
}
