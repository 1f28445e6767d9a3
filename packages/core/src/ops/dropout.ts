/**
 * Dropout (Srivastava et al., 2014) whose mask is a pure function of a place in the random stream:
 * the backward pass draws the same mask again, so none is kept, and every backend drops the same
 * elements.
 */
import { clone, mul, type Tensor, tensor, tidy } from '@tensorflow/tfjs-core'
import { check } from '../checks'
import { defineFusedKernel } from '../fused/define'
import { checkOptions } from '../options'
import { defaultGenerator, type Generator } from '../random/generator'
import { threefryWords } from '../random/threefry'

type Attrs = { p: number; key0: number; key1: number; counter: number }

const drop: (inputs: { x: Tensor }, attrs: Attrs) => Tensor[] = defineFusedKernel<Attrs>({
  name: 'DlDropout',
  composed: ({ x }, attrs) => [mul(x!, tensor(mask(x!.size, attrs), x!.shape))],
  gradient: {
    inputsToSave: [],
    grads: ([dy], _saved, attrs) => ({ x: () => drop({ x: dy! }, attrs)[0]! }),
  },
})

function mask(size: number, { p, key0, key1, counter }: Attrs): Float32Array {
  // compared as integers, so that no backend's rounding can disagree
  const threshold = Math.ceil(p * 2 ** 24)
  const kept = p < 1 ? 1 / (1 - p) : 0
  return Float32Array.from(threefryWords([key0, key1], counter, size), word =>
    word >>> 8 >= threshold ? kept : 0,
  )
}

export interface DropoutOptions {
  /** Whether to drop at all (default true). */
  training?: boolean
  /** Where the mask comes from (default: the default generator). */
  generator?: Generator
}

/**
 * Zeroes each element with probability `p` and scales the others by 1 / (1 − p).
 *
 * @param x float32 of any shape
 * @param p from 0 to 1
 * @throws DlError `bad-option` for a p outside that range
 *
 * @example
 * ```ts
 * import { dropout, manualSeed } from '@dl/core'
 * import { ones } from '@tensorflow/tfjs-core'
 *
 * manualSeed(1)
 * const x = ones([8])
 * const y = dropout(x, 0.5)
 * new Set(await y.data()).has(2) // → true
 * x.dispose()
 * y.dispose()
 * ```
 */
export function dropout(x: Tensor, p: number, options: DropoutOptions = {}): Tensor {
  const known = checkOptions('dropout', options, ['training', 'generator'])
  const { training = true, generator = defaultGenerator() } = known
  check('dropout', 'a tensor', { x })
  check('dropout', 'a number from 0 to 1', { p })
  check('dropout', 'true or false', { training })
  check('dropout', 'a Generator', { generator })
  if (!training || p === 0) return clone(x)
  const { key, counter } = generator.reserve(x.size)
  return tidy(() => drop({ x }, { p, key0: key[0], key1: key[1], counter })[0]!)
}
