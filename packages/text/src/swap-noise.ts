/**
 * Swap noise (Michael Jahrer's, of tables): some cells take the value that another row has in their
 * column, so that each still is one of its column's. Here the rows are the texts of a batch.
 */
import {
  checkOptions,
  DlError,
  defaultGenerator,
  Generator,
  type RandomState,
  showShape,
  showValue,
} from '@dl/core'
import { type Batch, type DataLoader, disposeBatch, type LoaderState } from '@dl/data'
import { type Tensor, tensor } from '@tensorflow/tfjs-core'
import { requireGenerator } from './checks'

export interface SwapNoiseOptions {
  /** Chance of each token to be replaced (default 0.1). */
  p?: number
  /** Seed of the noise; without it it comes from the default generator. */
  seed?: number
  /** Instead of a seed. */
  generator?: Generator
}

/**
 * A loader whose inputs have noise: each token is replaced, with probability `p`, by the one that
 * another stream of the batch, drawn at random, has at the same step. Targets stay. For training; a
 * model is judged without.
 *
 * The noise depends on the seed, the epoch and the number of the batch alone, and a run can be resumed
 * as far as the loader itself can.
 *
 * @param loader batches with int32 inputs [time, batch], as of a {@link LanguageModelLoader}
 * @throws DlError `bad-option`, `bad-loader`; `bad-batch` for other inputs, when they come
 *
 * @example
 * ```ts
 * import { disposeBatch } from '@dl/data'
 * import { LanguageModelLoader, swapNoise } from '@dl/text'
 *
 * const ids = Int32Array.from({ length: 1000 }, (_, i) => i)
 * const clean = new LanguageModelLoader(ids, { bs: 4, bptt: 10, seed: 1 })
 * const noisy = swapNoise(clean, { p: 0.2, seed: 1 })
 * // await fit(model, { train: noisy, validation }, 10, lo, crossEntropy)
 * noisy.length === clean.length // → true
 * for await (const { inputs, target, items } of noisy) {
 *   const own = (await inputs[0]!.data()).filter((id, i) => id === Math.floor(i / 4) + 250 * (i % 4))
 *   own.length < items // → true
 *   disposeBatch({ inputs, target, items })
 *   break
 * }
 * ```
 */
export function swapNoise(loader: DataLoader, options: SwapNoiseOptions = {}): DataLoader {
  const {
    p = 0.1,
    seed,
    generator,
  } = checkOptions('swapNoise', options, ['p', 'seed', 'generator'])
  if (!(typeof p === 'number' && p >= 0 && p <= 1)) {
    throw new DlError('bad-option', {
      problem: `swapNoise got p ${showValue(p)}`,
      expected: 'a number from 0 to 1',
    })
  }
  requireGenerator('generator', generator)
  if (typeof loader?.[Symbol.asyncIterator] !== 'function') {
    throw new DlError('bad-loader', {
      problem: `swapNoise got ${showValue(loader)}`,
      expected: 'a loader, such as a LanguageModelLoader',
    })
  }
  const source = generator ?? (seed === undefined ? defaultGenerator() : new Generator(seed))
  const noise = source.fork('swapNoise')
  let [begun, skipped] = [0, 0]

  async function* run(epoch: Generator, number: number): AsyncGenerator<Batch, void, undefined> {
    for await (const batch of loader) yield await noisy(batch, p, epoch.fork(number++))
  }

  return {
    get length() {
      return loader.length
    },
    ...(loader.nominalLength !== undefined && { nominalLength: loader.nominalLength }),
    [Symbol.asyncIterator]() {
      const first = skipped
      skipped = 0
      return run(noise.fork(loader.state?.().epoch ?? begun++), first)
    },
    // as much as the loader itself can
    ...(loader.state && { state: () => ({ ...loader.state!(), noise: noise.state() }) }),
    ...(loader.restore && {
      restore(state: LoaderState & { noise?: RandomState }) {
        loader.restore!(state)
        if (state.noise) noise.restore(state.noise)
        skipped = 0
      },
    }),
    ...(loader.skip && {
      skip(count: number) {
        loader.skip!(count)
        skipped = count
      },
    }),
  }
}

/** The batch, which is taken over, with other inputs. */
async function noisy(batch: Batch, p: number, generator: Generator): Promise<Batch> {
  try {
    const inputs: Tensor[] = []
    for (const input of batch.inputs) {
      if (input.rank !== 2 || input.dtype !== 'int32') {
        throw new DlError('bad-batch', {
          problem: `swapNoise got ${input.dtype} inputs of shape ${showShape(input.shape)}`,
          expected: 'int32 inputs [time, batch]',
        })
      }
      inputs.push(
        tensor(
          swapped(await input.data<'int32'>(), input.shape[1]!, p, generator),
          input.shape,
          'int32',
        ),
      )
    }
    for (const input of batch.inputs) input.dispose()
    return { ...batch, inputs }
  } catch (error) {
    disposeBatch(batch)
    throw error
  }
}

/** Rows of `width` tokens side by side; each may become one of the others of its row, as it was. */
function swapped(ids: Int32Array, width: number, p: number, generator: Generator): Int32Array {
  if (width < 2) return ids.slice()
  const draws = generator.uniform(2 * ids.length)
  return ids.map((id, i) => {
    if (draws[2 * i]! >= p) return id
    const step = 1 + Math.floor(draws[2 * i + 1]! * (width - 1))
    const column = i % width
    return ids[i - column + ((column + step) % width)]!
  })
}
